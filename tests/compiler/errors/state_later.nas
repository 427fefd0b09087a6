use std.darts
cell normal(s0, s1) {
  s2 = sep_conv_3x3(s4) + sep_conv_3x3(s1)
  s3 = sep_conv_3x3(s3) + sep_conv_3x3(s2)
  s4 = skip_connect(s3)
  ('skip_connect', 5, 6),
  ('skip_connect', 6, 5),
  return concat(s2..s6)
}
