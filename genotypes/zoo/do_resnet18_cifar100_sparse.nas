nas 1
# DARTOpti (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021), from ResNet18 on CIFAR-100, at most two edges a state.
# published: DO-ResNet18 on ImageNet 56.3 M params, 8.6 G FLOPs (README)
# differs: 56.3 M is wrong: the size of the published checkpoint is that of 53.4 M params, as compiled

use std.ddarts

cell normal_0(s0, s1) {
  s2 = bottleneck_1x3x1(s1) + bottleneck_1x3x1(s0)
  s3 = bottleneck_1x3x1(s2) + bottleneck_1x3x1(s1)
  s4 = bottleneck_1x3x1(s3) + bottleneck_1x3x1(s2)
  s5 = bottleneck_1x3x1(s4) + bottleneck_1x3x1(s3)
  return concat(s2..s5)
}

network cifar: ddarts_cifar {
  channels: 64
  classes: 100
  cells: normal[0], normal[0]/2*3
  require params == 51521828
  require macs == 2719227904
}

network imagenet: dartopti_imagenet {
  channels: 64
  cells: normal[0], normal[0]/2*3
  require params == 53384072
  require params_aux == 54810224
  require macs == 8567693312
}
