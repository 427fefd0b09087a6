nas 1
# DARTOpti (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021), from ResNet50 on CIFAR-100, at most two edges a state.
# A cell returns all states, as the authors' code has it; their file says `concat=range(4, 8)`.
# published: DO-ResNet50 on ImageNet 73.2 M params, 10.0 G FLOPs (README, which calls it DO-ResNet18)

use std.ddarts

cell normal_0(s0, s1) {
  s2 = bottleneck_1x3x1(s0) + bottleneck_1x3x1(s1)
  s3 = bottleneck_1x3x1(s2) + bottleneck_1x3x1(s1)
  s4 = bottleneck_1x3x1(s3) + bottleneck_1x3x1(s1)
  s5 = bottleneck_1x3x1(s4) + bottleneck_1x3x1(s3)
  s6 = bottleneck_1x3x1(s5) + bottleneck_1x3x1(s4)
  s7 = bottleneck_1x3x1(s6) + bottleneck_1x3x1(s5)
  return concat(s2..s7)
}

cell normal_1(s0, s1) {
  s2 = bottleneck_1x3x1(s0)
  s3 = bottleneck_1x3x1(s2) + bottleneck_1x3x1(s0)
  s4 = bottleneck_1x3x1(s3) + bottleneck_1x3x1(s0)
  s5 = avg_pool_3x3(s4) + avg_pool_3x3(s3)
  s6 = max_pool_3x3(s5) + avg_pool_3x3(s4)
  s7 = max_pool_3x3(s6) + max_pool_3x3(s5)
  return concat(s2..s7)
}

cell normal_2(s0, s1) {
  s2 = bottleneck_1x3x1(s0) + bottleneck_1x3x1(s1)
  s3 = bottleneck_1x3x1(s2) + bottleneck_1x3x1(s1)
  s4 = bottleneck_1x3x1(s3) + bottleneck_1x3x1(s2)
  s5 = bottleneck_1x3x1(s4) + bottleneck_1x3x1(s3)
  s6 = max_pool_3x3(s4) + max_pool_3x3(s5)
  s7 = skip_connect(s6) + max_pool_3x3(s4)
  return concat(s2..s7)
}

network cifar: ddarts_cifar {
  channels: 64
  classes: 100
  cells: normal[0], normal[1..2]/2, normal[0]/2
  require params == 70443556
  require macs == 3176509440
}

network imagenet: dartopti_imagenet {
  channels: 64
  cells: normal[0], normal[1..2]/2, normal[0]/2
  require params == 73227400
  require params_aux == 74784624
  require macs == 9968828416
}
