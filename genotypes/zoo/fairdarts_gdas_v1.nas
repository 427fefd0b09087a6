nas 1
# `GDAS_V1` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020): the last edge of `reduce` comes from s2,
# in the original (`gdas_v1`) from s1. It has as many params and MACs.
# published: 3.36 M params, 519 M FLOPs on CIFAR-10 (comment in the code)
# differs: 3.36 M are 3.369 M, cut off

use std.darts

cell normal(s0, s1) {
  s2 = skip_connect(s0) + skip_connect(s1)
  s3 = skip_connect(s0) + sep_conv_5x5(s2)
  s4 = sep_conv_3x3(s3) + skip_connect(s0)
  s5 = sep_conv_5x5(s4) + sep_conv_3x3(s3)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = sep_conv_5x5(s0) + sep_conv_3x3(s1)
  s3 = sep_conv_5x5(s2) + sep_conv_5x5(s1)
  s4 = dil_conv_5x5(s2) + sep_conv_3x3(s1)
  s5 = sep_conv_5x5(s0) + sep_conv_5x5(s2)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3368782
  require params_aux == 3845208
  require macs == 519428736
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4969216
  require params_aux == 6229992
  require macs == 537597888
}

network imagenet_50: darts_imagenet {
  channels: 50
  layers: 14
  require params == 5345075
  require params_aux == 6609947
  require macs == 581009000
}
