nas 1
# NAS-Bench-201 (Dong and Yang, ICLR 2020), number 6111: often cited as the best on CIFAR-10 (from memory).
# |nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_1x1~2|

use std.nasbench201

cell normal(s0) {
  s1 = nor_conv_3x3(s0)
  s2 = nor_conv_3x3(s0) + nor_conv_3x3(s1)
  s3 = skip_connect(s0) + nor_conv_3x3(s1) + nor_conv_1x1(s2)
  return s3
}

network cifar: nasbench201 {
  channels: 16
  layers: 17
  require params == 1073466
  require macs == 153272960
}

network cifar100: nasbench201 {
  channels: 16
  layers: 17
  classes: 100
  require params == 1079316
}
