nas 1
# `DARTS_ID2_4` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 3.1 M params, 407 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head, the FLOPs average pools

use std.darts

cell normal(s0, s1) {
  s2 = skip_connect(s1) + dil_conv_3x3(s0)
  s3 = sep_conv_3x3(s0) + avg_pool_3x3(s2)
  s4 = dil_conv_5x5(s0) + dil_conv_3x3(s3)
  s5 = max_pool_3x3(s1) + skip_connect(s4)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = dil_conv_3x3(s0) + sep_conv_5x5(s1)
  s3 = sep_conv_5x5(s1) + sep_conv_5x5(s0)
  s4 = avg_pool_3x3(s0) + sep_conv_5x5(s2)
  s5 = sep_conv_3x3(s0) + max_pool_3x3(s1)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 2632870
  require params_aux == 3109296
  require macs == 405795456
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4068928
  require params_aux == 5329704
  require macs == 435991488
}
