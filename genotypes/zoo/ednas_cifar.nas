nas 1
# EDNAS (Lee, Kim and Han, 2019), found on CIFAR-10.
# published: CIFAR-10 test error 2.84 %, 3.7 M params, 0.28 GPU days of search (README)

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + dil_conv_3x3(s1)
  s3 = sep_conv_5x5(s0) + avg_pool_3x3(s1)
  s4 = sep_conv_5x5(s0) + sep_conv_5x5(s3)
  s5 = avg_pool_3x3(s0) + sep_conv_5x5(s1)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = skip_connect(s0) + avg_pool_3x3(s1)
  s3 = sep_conv_3x3(s0) + dil_conv_3x3(s2)
  s4 = max_pool_3x3(s0) + skip_connect(s3)
  s5 = sep_conv_5x5(s0) + skip_connect(s4)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3717622
  require params_aux == 4194048
  require macs == 595958400
}

train cifar10_ednas { network: cifar }
