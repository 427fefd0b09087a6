nas 1
# `DCO_SPARSE_BS_64` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020).
# published: 3.01 M params, 469 M FLOPs on CIFAR-10 (comment in the code)

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + dil_conv_3x3(s1)
  s3 = sep_conv_5x5(s0) + dil_conv_3x3(s1)
  s4 = max_pool_3x3(s0)
  s5 = dil_conv_5x5(s0)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = skip_connect(s0) + dil_conv_5x5(s1)
  s3 = sep_conv_5x5(s0) + sep_conv_5x5(s2)
  s4 = sep_conv_5x5(s3) + avg_pool_3x3(s0)
  s5 = dil_conv_3x3(s0) + dil_conv_5x5(s1)
  return concat(s2..s5)
}

network cifar: fairdarts_cifar {
  channels: 36
  layers: 20
  require params == 3010870
  require params_aux == 3487296
  require macs == 469772928
}

network imagenet: fairdarts_imagenet {
  channels: 48
  layers: 14
  require params == 4476736
  require params_aux == 5737512
  require macs == 488394048
}
