nas 1
use std.darts

cell normal(s0) { s1 = skip_connect(s0) return s1 ; } network cifar: darts_cifar { channels = 36 }
# 4:51 4:93
