nas 1
# `NOISEDARTS_50_2` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 3.78 M params, 522 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head

use std.darts

cell normal(s0, s1) {
  s2 = dil_conv_3x3(s1) + sep_conv_3x3(s0)
  s3 = dil_conv_3x3(s2) + dil_conv_3x3(s1)
  s4 = sep_conv_3x3(s1) + dil_conv_5x5(s3)
  s5 = dil_conv_3x3(s3) + dil_conv_5x5(s4)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = dil_conv_5x5(s1) + skip_connect(s0)
  s3 = max_pool_3x3(s0) + dil_conv_3x3(s2)
  s4 = skip_connect(s3) + skip_connect(s2)
  s5 = skip_connect(s2) + skip_connect(s3)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3304198
  require params_aux == 3780624
  require macs == 522276480
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4703200
  require params_aux == 5963976
  require macs == 526091904
}
