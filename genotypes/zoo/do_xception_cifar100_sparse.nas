nas 1
# DARTOpti (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021), from Xception on CIFAR-100, at most two edges a state.

use std.ddarts

cell normal_0(s0, s1) {
  s2 = bottleneck_1x3x1(s0) + bottleneck_1x3x1(s1)
  s3 = bottleneck_1x3x1(s1) + bottleneck_1x3x1(s2)
  s4 = bottleneck_1x3x1(s3) + bottleneck_1x3x1(s1)
  s5 = bottleneck_1x3x1(s4) + bottleneck_1x3x1(s2)
  return concat(s2..s5)
}

cell normal_1(s0, s1) {
  s2 = skip_connect(s0) + skip_connect(s1)
  s3 = bottleneck_1x3x1(s2) + bottleneck_1x3x1(s1)
  s4 = bottleneck_1x3x1(s3) + bottleneck_1x3x1(s1)
  s5 = bottleneck_1x3x1(s4) + bottleneck_1x3x1(s0)
  return concat(s2..s5)
}

cell normal_2(s0, s1) {
  s2 = sep_conv_3x3(s0)
  s3 = sep_conv_3x3(s2)
  s4 = max_pool_3x3(s3)
  s5 = max_pool_3x3(s4) + max_pool_3x3(s3)
  return concat(s2..s5)
}

network cifar: ddarts_cifar {
  channels: 64
  classes: 100
  cells: normal[0], normal[0]/2*2, normal[1]*8, normal[0]/2, normal[2]/2
  require params == 120244516
  require macs == 6725140480
}
