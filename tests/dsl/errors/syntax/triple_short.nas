nas 1
use std.darts

cell normal(s0, s1) {
  ('sep_conv_3x3', 2)
  return s2
}
# 5:21
