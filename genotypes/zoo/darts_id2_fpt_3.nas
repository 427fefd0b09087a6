nas 1
# `DARTS_ID2_FPT_3` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts).
# published: 3.64 M params, 505 M FLOPs on CIFAR-10 (comment in the code)
# differs: the params count the auxiliary head

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_5x5(s0) + max_pool_3x3(s1)
  s3 = sep_conv_5x5(s1) + skip_connect(s0)
  s4 = skip_connect(s2) + max_pool_3x3(s1)
  s5 = sep_conv_5x5(s3) + sep_conv_3x3(s2)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = sep_conv_5x5(s0) + skip_connect(s1)
  s3 = max_pool_3x3(s1) + sep_conv_5x5(s2)
  s4 = dil_conv_5x5(s3) + max_pool_3x3(s0)
  s5 = dil_conv_3x3(s1) + max_pool_3x3(s2)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3168118
  require params_aux == 3644544
  require macs == 505687680
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4588000
  require params_aux == 5848776
  require macs == 512130432
}
