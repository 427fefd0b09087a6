nas 1
use std.darts

def normal(s0, s1):
  s2 = sep_conv_3x3(s0)
  return s2
# 4:1 4:19
