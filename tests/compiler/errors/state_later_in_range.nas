use std.darts
cell normal(s0, s1) {
  s2..s5 = sep_conv_3x3(s3)
  s6..s8 = sep_conv_3x3(s2)
  return concat(s2..s8)
}
