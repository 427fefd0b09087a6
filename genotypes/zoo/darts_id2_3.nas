nas 1
# `DARTS_ID2_3` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 2.81 M params, 378 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head, the FLOPs average pools

use std.darts

cell normal(s0, s1) {
  s2 = avg_pool_3x3(s0) + skip_connect(s1)
  s3 = dil_conv_5x5(s0) + dil_conv_3x3(s2)
  s4 = sep_conv_5x5(s2) + skip_connect(s3)
  s5 = avg_pool_3x3(s1) + avg_pool_3x3(s4)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = avg_pool_3x3(s0) + avg_pool_3x3(s1)
  s3 = avg_pool_3x3(s0) + sep_conv_5x5(s1)
  s4 = sep_conv_3x3(s2) + avg_pool_3x3(s1)
  s5 = sep_conv_3x3(s2) + max_pool_3x3(s1)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 2339110
  require params_aux == 2815536
  require macs == 373640832
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 3629728
  require params_aux == 4890504
  require macs == 398331264
}
