use std.darts
cell normal(s0, s1) {
  s2..s1000000000 = sep_conv_3x3(s0)
  t2..t999999999 = keep 2 of darts(*)
  s3 = skip_connect(s0)
  return concat(s3..s999999999)
}
