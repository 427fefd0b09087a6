nas 1
# `DARTS_ID2_6` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 3.76 M params, 517 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head, the FLOPs average pools

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_5x5(s0) + skip_connect(s1)
  s3 = sep_conv_3x3(s2) + sep_conv_3x3(s0)
  s4 = avg_pool_3x3(s2) + skip_connect(s0)
  s5 = sep_conv_3x3(s0) + dil_conv_5x5(s3)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = avg_pool_3x3(s1) + sep_conv_5x5(s0)
  s3 = dil_conv_3x3(s2) + skip_connect(s1)
  s4 = avg_pool_3x3(s2) + skip_connect(s1)
  s5 = sep_conv_3x3(s4) + dil_conv_3x3(s1)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3291454
  require params_aux == 3767880
  require macs == 515806848
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4764640
  require params_aux == 6025416
  require macs == 525790848
}
