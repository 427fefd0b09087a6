nas 1
# `DARTS_ID2_FPT_6` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 3.64 M params, 502 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_5x5(s1) + sep_conv_5x5(s0)
  s3 = skip_connect(s2) + sep_conv_3x3(s0)
  s4 = dil_conv_5x5(s2) + dil_conv_3x3(s3)
  s5 = max_pool_3x3(s0) + skip_connect(s2)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) + dil_conv_5x5(s1)
  s3 = max_pool_3x3(s2) + skip_connect(s0)
  s4 = dil_conv_5x5(s0) + sep_conv_5x5(s3)
  s5 = sep_conv_3x3(s1) + dil_conv_5x5(s3)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3172222
  require params_aux == 3648648
  require macs == 502397568
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4615744
  require params_aux == 5876520
  require macs == 511782336
}
