use std.darts
cell normal(s0, s0) {
  s1 = sep_conv_3x3(s0)
  return s1
}
