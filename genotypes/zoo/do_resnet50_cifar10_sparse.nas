nas 1
# DARTOpti (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021), from ResNet50 on CIFAR-10, at most two edges a state.
# A cell returns all states, as the authors' code has it; their file says `concat=range(4, 8)`.
# published: DO-ResNet50 71.2 M params, 1.5 G FLOPs (README)
# differs: the FLOPs are not those of this network on CIFAR, which has 3.46 G MACs

use std.ddarts

cell normal_0(s0, s1) {
  s2 = bottleneck_1x3x1(s0) + bottleneck_1x3x1(s1)
  s3 = bottleneck_1x3x1(s2) + bottleneck_1x3x1(s1)
  s4 = bottleneck_1x3x1(s3) + bottleneck_1x3x1(s1)
  s5 = bottleneck_1x3x1(s3) + bottleneck_1x3x1(s4)
  s6 = bottleneck_1x3x1(s5) + bottleneck_1x3x1(s4)
  s7 = bottleneck_1x3x1(s5) + bottleneck_1x3x1(s1)
  return concat(s2..s7)
}

cell normal_1(s0, s1) {
  s2 = bottleneck_1x3x1(s0) + bottleneck_1x3x1(s1)
  s3 = bottleneck_1x3x1(s2) + bottleneck_1x3x1(s0)
  s4 = bottleneck_1x3x1(s3) + bottleneck_1x3x1(s2)
  s5 = conv_7x1_1x7(s3) + max_pool_3x3(s4)
  s6 = bottleneck_1x3x1(s5) + dil_conv_3x3(s4)
  s7 = max_pool_3x3(s5) + conv_7x1_1x7(s3)
  return concat(s2..s7)
}

cell normal_2(s0, s1) {
  s2 = bottleneck_1x3x1(s0) + bottleneck_1x3x1(s1)
  s3 = bottleneck_1x3x1(s2) + bottleneck_1x3x1(s1)
  s4 = bottleneck_1x3x1(s3) + bottleneck_1x3x1(s2)
  s5 = bottleneck_1x3x1(s3) + bottleneck_1x3x1(s4)
  s6 = max_pool_3x3(s4) + max_pool_3x3(s5)
  s7 = max_pool_3x3(s6) + max_pool_3x3(s4)
  return concat(s2..s7)
}

network cifar: ddarts_cifar {
  channels: 64
  classes: 10
  cells: normal[0], normal[1..2]/2, normal[0]/2
  require params == 71237450
  require macs == 3461740544
}

network imagenet: dartopti_imagenet {
  channels: 64
  cells: normal[0], normal[1..2]/2, normal[0]/2
  require params == 74297864
  require params_aux == 75855088
  require macs == 10843195392
}
