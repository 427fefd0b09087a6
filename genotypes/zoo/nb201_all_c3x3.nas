nas 1
# NAS-Bench-201 (Dong and Yang, ICLR 2020), all edges 3x3 convolutions: the largest cell of the space.
# published: 1.531546 M params, 220.12 M FLOPs (from memory)
# |nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|

use std.nasbench201

cell normal(s0) {
  s1 = nor_conv_3x3(s0)
  s2 = nor_conv_3x3(s0) + nor_conv_3x3(s1)
  s3 = nor_conv_3x3(s0) + nor_conv_3x3(s1) + nor_conv_3x3(s2)
  return s3
}

network cifar: nasbench201 {
  channels: 16
  layers: 17
  require params == 1531546
  require macs == 220119680
}

network cifar100: nasbench201 {
  channels: 16
  layers: 17
  classes: 100
  require params == 1537396
}
