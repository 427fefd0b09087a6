nas 1
# `DARTS_ID2_FPT_5` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 3.87 M params, 543 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head, the FLOPs average pools

use std.darts

cell normal(s0, s1) {
  s2 = dil_conv_5x5(s0) + sep_conv_5x5(s1)
  s3 = sep_conv_3x3(s2) + skip_connect(s0)
  s4 = sep_conv_5x5(s3) + sep_conv_5x5(s0)
  s5 = avg_pool_3x3(s1) + skip_connect(s0)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s1) + skip_connect(s0)
  s3 = dil_conv_5x5(s1) + dil_conv_5x5(s2)
  s4 = sep_conv_5x5(s0) + sep_conv_3x3(s1)
  s5 = avg_pool_3x3(s1) + skip_connect(s0)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3395134
  require params_aux == 3871560
  require macs == 541464192
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4859872
  require params_aux == 6120648
  require macs == 543553152
}
