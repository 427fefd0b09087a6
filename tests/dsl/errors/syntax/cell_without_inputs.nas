nas 1
use std.darts

cell normal {
  s2 = sep_conv_3x3(s0)
  return s2
}
# 4:13
