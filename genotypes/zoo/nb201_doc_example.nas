nas 1
# NAS-Bench-201 (Dong and Yang, ICLR 2020), the example of its documentation.
# |nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|

use std.nasbench201

cell normal(s0) {
  s1 = nor_conv_3x3(s0)
  s2 = nor_conv_3x3(s0) + avg_pool_3x3(s1)
  s3 = skip_connect(s0) + nor_conv_3x3(s1) + skip_connect(s2)
  return s3
}

network cifar: nasbench201 {
  channels: 16
  layers: 17
  require params == 802426
  require macs == 113951360
}

network cifar100: nasbench201 {
  channels: 16
  layers: 17
  classes: 100
  require params == 808276
}
