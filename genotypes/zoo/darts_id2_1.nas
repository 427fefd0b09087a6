nas 1
# `DARTS_ID2_1` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 3.2 M params, 433 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head, the FLOPs average pools

use std.darts

cell normal(s0, s1) {
  s2 = skip_connect(s1) + sep_conv_5x5(s0)
  s3 = skip_connect(s1) + dil_conv_5x5(s0)
  s4 = avg_pool_3x3(s1) + dil_conv_3x3(s0)
  s5 = max_pool_3x3(s0) + sep_conv_3x3(s3)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = dil_conv_3x3(s1) + dil_conv_5x5(s0)
  s3 = max_pool_3x3(s1) + dil_conv_5x5(s2)
  s4 = skip_connect(s0) + dil_conv_3x3(s1)
  s5 = avg_pool_3x3(s4) + sep_conv_5x5(s1)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 2732230
  require params_aux == 3208656
  require macs == 431922816
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4102240
  require params_aux == 5363016
  require macs == 450940800
}
