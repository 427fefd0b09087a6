nas 1
# `DARTS_ID2_FPT_1` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 3.81 M params, 518 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head

use std.darts

cell normal(s0, s1) {
  s2 = skip_connect(s1) + sep_conv_3x3(s0)
  s3 = skip_connect(s0) + dil_conv_3x3(s2)
  s4 = sep_conv_3x3(s1) + dil_conv_5x5(s2)
  s5 = sep_conv_3x3(s2) + dil_conv_5x5(s1)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = skip_connect(s0) + sep_conv_5x5(s1)
  s3 = avg_pool_3x3(s2) + dil_conv_5x5(s0)
  s4 = sep_conv_3x3(s0) + dil_conv_5x5(s2)
  s5 = sep_conv_5x5(s1) + dil_conv_5x5(s2)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3343078
  require params_aux == 3819504
  require macs == 517880448
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4867264
  require params_aux == 6128040
  require macs == 531821376
}
