nas 1
# FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020), genotype E.
# published: CIFAR-10 accuracy 97.47 %, 3.12 M params, 414 M FLOPs (README)
# differs: 3.12 M count the auxiliary head

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_3x3(s1)
  s4 = dil_conv_3x3(s1) + dil_conv_3x3(s2)
  s5 = dil_conv_3x3(s0) + dil_conv_5x5(s1)
  return concat(s2, s4, s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s1) + max_pool_3x3(s0)
  s3 = max_pool_3x3(s1) + max_pool_3x3(s0)
  s4 = sep_conv_5x5(s1) + max_pool_3x3(s0)
  s5 = avg_pool_3x3(s0) + dil_conv_5x5(s1)
  return concat(s2..s5)
}

network cifar: fairdarts_cifar {
  channels: 36
  layers: 20
  require params == 2643742
  require params_aux == 3120168
  require macs == 414696672
}

network imagenet: fairdarts_imagenet {
  channels: 48
  layers: 14
  require params == 3773824
  require params_aux == 5034600
  require macs == 431396544
}
