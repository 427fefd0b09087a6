use std.darts
cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0)
  s3 = sep_conv_3x3(s2)
  s2 = skip_connect(s1)
  s1 = skip_connect(s0)
  s3..s4 = skip_connect(s1)
  return concat(s2..s4)
}
