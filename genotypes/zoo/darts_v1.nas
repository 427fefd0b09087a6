nas 1
# DARTS, first order (Liu, Simonyan and Yang, ICLR 2019, table 1).
# published: CIFAR-10 test error 3.00 ± 0.14 %, 3.3 M params
# differs: 3.3 M is the count of the second-order cell; this one has 3.17 M

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s1) + sep_conv_3x3(s0)
  s3 = skip_connect(s0) + sep_conv_3x3(s1)
  s4 = skip_connect(s0) + sep_conv_3x3(s1)
  s5 = sep_conv_3x3(s0) + skip_connect(s2)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) + max_pool_3x3(s1)
  s3 = skip_connect(s2) + max_pool_3x3(s0)
  s4 = max_pool_3x3(s0) + skip_connect(s2)
  s5 = skip_connect(s2) + avg_pool_3x3(s0)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3169414
  require params_aux == 3645840
  require macs == 500987520
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4510432
  require params_aux == 5771208
  require macs == 505864704
}
