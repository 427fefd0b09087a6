nas 1
# `DARTS_ID2_FPT_7` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 3.9 M params, 553 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head, the FLOPs average pools

use std.darts

cell normal(s0, s1) {
  s2 = avg_pool_3x3(s0) + sep_conv_5x5(s1)
  s3 = sep_conv_5x5(s0) + skip_connect(s1)
  s4 = dil_conv_5x5(s0) + sep_conv_5x5(s1)
  s5 = skip_connect(s4) + sep_conv_5x5(s0)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = dil_conv_5x5(s1) + avg_pool_3x3(s0)
  s3 = avg_pool_3x3(s2) + sep_conv_5x5(s0)
  s4 = max_pool_3x3(s0) + dil_conv_5x5(s2)
  s5 = sep_conv_5x5(s3) + skip_connect(s0)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3424078
  require params_aux == 3900504
  require macs == 552081024
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4865440
  require params_aux == 6126216
  require macs == 549273216
}
