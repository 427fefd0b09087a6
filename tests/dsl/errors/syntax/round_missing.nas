nas 1
use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + skip_connect(s1)
  s3 = sep_conv_3x3 s0 + sep_conv_3x3(s1)
  return concat(s2..s3)
}

network cifar: darts_cifar {
  channels: 36
  cells: normal*6, normal/2, normal*6
}
# 6:21
