nas 1
# FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020), genotype D.
# published: CIFAR-10 accuracy 97.51 %, 3.84 M params, 532 M FLOPs (README)
# differs: 3.84 M count the auxiliary head

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_5x5(s1)
  s3 = dil_conv_3x3(s1) + max_pool_3x3(s0)
  s4 = dil_conv_3x3(s0) + dil_conv_3x3(s1)
  s5 = sep_conv_3x3(s0) + dil_conv_5x5(s1)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) + sep_conv_5x5(s1)
  s3 = avg_pool_3x3(s0) + dil_conv_5x5(s2)
  s4 = dil_conv_3x3(s3) + avg_pool_3x3(s0)
  s5 = avg_pool_3x3(s0) + skip_connect(s3)
  return concat(s2..s5)
}

network cifar: fairdarts_cifar {
  channels: 36
  layers: 20
  require params == 3365542
  require params_aux == 3841968
  require macs == 532506240
}

network imagenet: fairdarts_imagenet {
  channels: 48
  layers: 14
  require params == 4785760
  require params_aux == 6046536
  require macs == 535330560
}
