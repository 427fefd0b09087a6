nas 1
# NAS-Bench-201 (Dong and Yang, ICLR 2020), number 9930: the highest validation accuracy on CIFAR-100.
# The topology of the size space of NATS-Bench.
# |nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|

use std.nasbench201

cell normal(s0) {
  s1 = nor_conv_3x3(s0)
  s2 = nor_conv_3x3(s0) + nor_conv_3x3(s1)
  s3 = skip_connect(s0) + nor_conv_3x3(s1) + nor_conv_3x3(s2)
  return s3
}

network cifar: nasbench201 {
  channels: 16
  layers: 17
  require params == 1288506
  require macs == 184730240
}

network cifar100: nasbench201 {
  channels: 16
  layers: 17
  classes: 100
  require params == 1294356
}
