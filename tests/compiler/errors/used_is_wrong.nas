use "used/wrong.nas"
use std.darts
cell normal(s0, s1) { s2 = my_conv(s0) + skip_connect(s1)  return concat(s2) }
