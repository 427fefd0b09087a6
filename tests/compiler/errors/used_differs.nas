use std.darts
use "used/other_ops.nas"
op sep_conv_3x3 = relu -> conv(3, stride) -> bn
cell normal(s0, s1) { s2 = sep_conv_3x3(s0) + my_conv(s1)  return concat(s2) }
