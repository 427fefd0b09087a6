nas 1
# pt.darts (khanrc, README), found on CIFAR-10.
# published: CIFAR-10 accuracy 97.17 %, best 97.23 %

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + dil_conv_5x5(s1)
  s3 = skip_connect(s0) + dil_conv_3x3(s2)
  s4 = sep_conv_3x3(s1) + skip_connect(s0)
  s5 = sep_conv_3x3(s1) + skip_connect(s0)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) + max_pool_3x3(s1)
  s3 = max_pool_3x3(s0) + skip_connect(s2)
  s4 = skip_connect(s3) + max_pool_3x3(s0)
  s5 = skip_connect(s2) + max_pool_3x3(s0)
  return concat(s2..s5)
}

network cifar: ptdarts_cifar {
  channels: 36
  layers: 20
  require params == 2835910
  require params_aux == 3312336
  require macs == 452437632
}
