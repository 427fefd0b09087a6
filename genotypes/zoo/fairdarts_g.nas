nas 1
# FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020), genotype G.
# The published list has an edge skip_connect(s3) into s4 and no s3; the authors' code passes over it.
# published: CIFAR-10 accuracy 97.46 %, 3.38 M params, 453 M FLOPs (README)
# differs: 3.38 M count the auxiliary head

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_3x3(s1)
  s4 = sep_conv_5x5(s1)
  s5 = dil_conv_3x3(s0) + sep_conv_3x3(s1)
  return concat(s2, s4, s5)
}

cell reduce(s0, s1) {
  s2 = avg_pool_3x3(s1) + skip_connect(s0)
  s3 = skip_connect(s2) + max_pool_3x3(s1)
  s4 = sep_conv_5x5(s3) + max_pool_3x3(s0)
  s5 = dil_conv_3x3(s1) + dil_conv_3x3(s4)
  return concat(s2..s5)
}

network cifar: fairdarts_cifar {
  channels: 36
  layers: 20
  require params == 2899054
  require params_aux == 3375480
  require macs == 453376224
}

network imagenet: fairdarts_imagenet {
  channels: 48
  layers: 14
  require params == 4094944
  require params_aux == 5355720
  require macs == 466685952
}
