use "used_by_itself.nas"
use "used/circle_a.nas"
use std.darts
cell normal(s0, s1) { s2 = skip_connect(s0, s1)  return concat(s2) }
