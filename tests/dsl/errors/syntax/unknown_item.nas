nas 1
use std.darts

banana normal(s0, s1) {
  s2 = sep_conv_3x3(s0)
  return s2
}

network cifar: darts_cifar {
  channels: 36
  cells: normal*6, normal/2, normal*6
}
# 4:1
