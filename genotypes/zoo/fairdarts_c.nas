nas 1
# FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020), genotype C.
# The published list has an edge skip_connect(s3) into s5 and no s3; the authors' code passes over it.
# published: CIFAR-10 accuracy 97.50 %, 2.59 M params, 400 M FLOPs (README)

use std.darts

cell normal(s0, s1) {
  s2 = max_pool_3x3(s0) + sep_conv_5x5(s1)
  s4 = dil_conv_3x3(s0) + dil_conv_5x5(s2)
  s5 = sep_conv_3x3(s0)
  return concat(s2, s4, s5)
}

cell reduce(s0, s1) {
  s2 = dil_conv_3x3(s1) + dil_conv_5x5(s0)
  s3 = dil_conv_3x3(s0) + sep_conv_3x3(s1)
  s4 = sep_conv_5x5(s0) + sep_conv_5x5(s3)
  s5 = sep_conv_5x5(s0) + skip_connect(s1)
  return concat(s2..s5)
}

network cifar: fairdarts_cifar {
  channels: 36
  layers: 20
  require params == 2598814
  require params_aux == 3075240
  require macs == 399987936
}

network imagenet: fairdarts_imagenet {
  channels: 48
  layers: 14
  require params == 3859264
  require params_aux == 5120040
  require macs == 428084928
}
