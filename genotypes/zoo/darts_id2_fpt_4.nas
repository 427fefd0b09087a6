nas 1
# `DARTS_ID2_FPT_4` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 3.64 M params, 506 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + max_pool_3x3(s1)
  s3 = dil_conv_5x5(s2) + dil_conv_5x5(s0)
  s4 = sep_conv_5x5(s3) + sep_conv_5x5(s0)
  s5 = skip_connect(s3) + skip_connect(s0)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = avg_pool_3x3(s0) + sep_conv_5x5(s1)
  s3 = avg_pool_3x3(s1) + dil_conv_3x3(s0)
  s4 = dil_conv_5x5(s3) + sep_conv_5x5(s2)
  s5 = avg_pool_3x3(s1) + dil_conv_5x5(s4)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3173518
  require params_aux == 3649944
  require macs == 506378880
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4595200
  require params_aux == 5855976
  require macs == 512836032
}
