use std.dart
use std.imagination
use "used/nowhere.nas"
use "used"
cell normal(s0, s1) { s2 = skip_connect(s0, s1)  return concat(s2) }
