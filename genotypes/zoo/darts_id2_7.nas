nas 1
# `DARTS_ID2_7` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 3.46 M params, 480 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head, the FLOPs average pools

use std.darts

cell normal(s0, s1) {
  s2 = skip_connect(s1) + sep_conv_5x5(s0)
  s3 = max_pool_3x3(s0) + dil_conv_3x3(s1)
  s4 = sep_conv_5x5(s1) + avg_pool_3x3(s0)
  s5 = skip_connect(s4) + sep_conv_5x5(s0)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = dil_conv_5x5(s1) + sep_conv_3x3(s0)
  s3 = sep_conv_5x5(s0) + dil_conv_5x5(s1)
  s4 = max_pool_3x3(s1) + max_pool_3x3(s3)
  s5 = dil_conv_5x5(s2) + max_pool_3x3(s1)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 2990134
  require params_aux == 3466560
  require macs == 478564992
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4382272
  require params_aux == 5643048
  require macs == 488337600
}
