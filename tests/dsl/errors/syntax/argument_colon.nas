nas 1
use std.darts

op block = relu -> conv(3, stride: 2) -> bn
cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + skip_connect(s1)
  s3 = skip_connect(s2)
  return concat(s2..s3)
}
# 4:34
