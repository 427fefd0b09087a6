nas 1
# DARTOpti (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021), from ResNet18 on CIFAR-10, at most two edges a state.
# published: DO-ResNet18 36.3 M params, 1.2 G FLOPs (README)
# differs: the FLOPs are not those of this network on CIFAR, which has 1.92 G MACs

use std.ddarts

cell normal_0(s0, s1) {
  s2 = bottleneck_1x3x1(s1) + simple_conv_3x3(s0)
  s3 = bottleneck_1x3x1(s2) + max_pool_3x3(s1)
  s4 = bottleneck_1x3x1(s3) + conv_7x1_1x7(s2)
  s5 = conv_3x1_1x3(s4) + bottleneck_1x3x1(s3)
  return concat(s2..s5)
}

network cifar: ddarts_cifar {
  channels: 64
  classes: 10
  cells: normal[0], normal[0]/2*3
  require params == 36318538
  require macs == 1922125824
}

network imagenet: dartopti_imagenet {
  channels: 64
  cells: normal[0], normal[0]/2*3
  require params == 38365192
  require params_aux == 39791344
  require macs == 6127132672
}
