nas 1
# `DARTS_ID2_5` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 3.18 M params, 442 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head, the FLOPs average pools

use std.darts

cell normal(s0, s1) {
  s2 = dil_conv_5x5(s1) + skip_connect(s0)
  s3 = sep_conv_5x5(s0) + skip_connect(s2)
  s4 = sep_conv_5x5(s3) + dil_conv_5x5(s2)
  s5 = avg_pool_3x3(s0) + max_pool_3x3(s3)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = dil_conv_3x3(s0) + dil_conv_3x3(s1)
  s3 = max_pool_3x3(s0) + avg_pool_3x3(s2)
  s4 = max_pool_3x3(s0) + avg_pool_3x3(s2)
  s5 = dil_conv_3x3(s0) + dil_conv_3x3(s2)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 2708038
  require params_aux == 3184464
  require macs == 440272512
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4003168
  require params_aux == 5263944
  require macs == 450432768
}
