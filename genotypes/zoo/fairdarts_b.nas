nas 1
# FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020), genotype B.
# published: CIFAR-10 accuracy 97.49 %, 3.88 M params, 536 M FLOPs (README)
# published: ImageNet top-1 error 24.9 %, 4.8 M params, 541 M FLOPs (paper, from memory)
# differs: 3.88 M count the auxiliary head; 4.8 M are 4.87 M, cut off

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_3x3(s1)
  s3 = sep_conv_3x3(s1)
  s4 = dil_conv_3x3(s0) + sep_conv_5x5(s1)
  s5 = dil_conv_5x5(s1)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = skip_connect(s0) + dil_conv_3x3(s1)
  s3 = skip_connect(s0) + dil_conv_3x3(s1)
  s4 = max_pool_3x3(s0) + sep_conv_3x3(s1)
  s5 = skip_connect(s2) + max_pool_3x3(s0)
  return concat(s2..s5)
}

network cifar: fairdarts_cifar {
  channels: 36
  layers: 20
  require params == 3407878
  require params_aux == 3884304
  require macs == 536487552
}

network imagenet: fairdarts_imagenet {
  channels: 48
  layers: 14
  require params == 4865248
  require params_aux == 6126024
  require macs == 541201152
}
