nas 1
# FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020), genotype A. Also `DARTS` of its code.
# published: CIFAR-10 accuracy 97.46 %, 2.83 M params, 373 M FLOPs (README)
# published: ImageNet 3.6 M params, 417 M FLOPs (paper, from memory)
# differs: 2.83 M count the auxiliary head; 373 M, 3.6 M and 417 M are not those of these networks

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_5x5(s1)
  s4 = max_pool_3x3(s0)
  s5 = sep_conv_3x3(s0)
  return concat(s2, s4, s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) + avg_pool_3x3(s1)
  s3 = avg_pool_3x3(s0) + dil_conv_5x5(s1)
  s4 = avg_pool_3x3(s0) + sep_conv_5x5(s1)
  s5 = skip_connect(s0) + skip_connect(s1)
  return concat(s2..s5)
}

network cifar: fairdarts_cifar {
  channels: 36
  layers: 20
  require params == 2360782
  require params_aux == 2837208
  require macs == 371455200
}

network imagenet: fairdarts_imagenet {
  channels: 48
  layers: 14
  require params == 3472000
  require params_aux == 4732776
  require macs == 394742976
}
