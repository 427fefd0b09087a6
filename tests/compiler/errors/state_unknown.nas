use std.darts
cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_3x3(s1)
  s3 = sep_conv_3x3(s7) + sep_conv_3x3(s2)
  s4 = skip_connect(s02, s3, t2)
  s5..s7 = skip_connect(x)
  return concat(s2..s7)
}
