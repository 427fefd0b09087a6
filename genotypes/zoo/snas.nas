nas 1
# SNAS (Xie, Zheng, Liu and Lin, ICLR 2019), as the code of FairDARTS has it.
# published: CIFAR-10 test error 2.85 %, 2.8 M params (moderate); ImageNet top-1 error 27.3 %, 4.3 M, 522 M MACs (mild)
# differs: SNAS has several cells (mild, moderate, aggressive); FairDARTS counts this one as 2.66 M, 422 M on CIFAR-10

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_3x3(s1)
  s3 = skip_connect(s0) + dil_conv_3x3(s1)
  s4 = skip_connect(s1) + skip_connect(s0)
  s5 = skip_connect(s0) + sep_conv_3x3(s1)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) + max_pool_3x3(s1)
  s3 = max_pool_3x3(s1) + skip_connect(s2)
  s4 = skip_connect(s2) + max_pool_3x3(s1)
  s5 = max_pool_3x3(s0) + dil_conv_5x5(s2)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 2661382
  require params_aux == 3137808
  require macs == 422218368
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 3939328
  require params_aux == 5200104
  require macs == 438042432
}

network imagenet_52: darts_imagenet {
  channels: 52
  layers: 14
  require params == 4543018
  require params_aux == 5811986
  require macs == 511726384
}
