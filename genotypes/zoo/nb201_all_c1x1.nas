nas 1
# NAS-Bench-201 (Dong and Yang, ICLR 2020), all edges 1x1 convolutions.
# |nor_conv_1x1~0|+|nor_conv_1x1~0|nor_conv_1x1~1|+|nor_conv_1x1~0|nor_conv_1x1~1|nor_conv_1x1~2|

use std.nasbench201

cell normal(s0) {
  s1 = nor_conv_1x1(s0)
  s2 = nor_conv_1x1(s0) + nor_conv_1x1(s1)
  s3 = nor_conv_1x1(s0) + nor_conv_1x1(s1) + nor_conv_1x1(s2)
  return s3
}

network cifar: nasbench201 {
  channels: 16
  layers: 17
  require params == 241306
  require macs == 31376000
}

network cifar100: nasbench201 {
  channels: 16
  layers: 17
  classes: 100
  require params == 247156
}
