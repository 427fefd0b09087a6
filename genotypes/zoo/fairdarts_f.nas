nas 1
# FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020), genotype F.
# published: CIFAR-10 accuracy 97.35 %, 3.62 M params, 497 M FLOPs (README)
# differs: 3.62 M count the auxiliary head

use std.darts

cell normal(s0, s1) {
  s2 = max_pool_3x3(s0) + sep_conv_3x3(s1)
  s3 = dil_conv_3x3(s1)
  s4 = sep_conv_5x5(s1)
  s5 = sep_conv_3x3(s0) + sep_conv_3x3(s1)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) + max_pool_3x3(s1)
  s3 = max_pool_3x3(s0) + dil_conv_3x3(s1)
  s4 = dil_conv_3x3(s2) + max_pool_3x3(s0)
  s5 = max_pool_3x3(s0) + sep_conv_3x3(s1)
  return concat(s2..s5)
}

network cifar: fairdarts_cifar {
  channels: 36
  layers: 20
  require params == 3151054
  require params_aux == 3627480
  require macs == 497614464
}

network imagenet: fairdarts_imagenet {
  channels: 48
  layers: 14
  require params == 4542112
  require params_aux == 5802888
  require macs == 505714176
}
