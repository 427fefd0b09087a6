nas 1
# DARTOpti (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021), from Xception on CIFAR-10, at most two edges a state.

use std.ddarts

cell normal_0(s0, s1) {
  s2 = conv_7x1_1x7(s1) + bottleneck_1x3x1(s0)
  s3 = bottleneck_1x3x1(s2) + bottleneck_1x3x1(s1)
  s4 = max_pool_3x3(s3) + conv_7x1_1x7(s2)
  s5 = max_pool_3x3(s4) + conv_3x1_1x3(s3)
  return concat(s2..s5)
}

cell normal_1(s0, s1) {
  s2 = bottleneck_1x3x1(s1) + conv_7x1_1x7(s0)
  s3 = bottleneck_1x3x1(s2) + bottleneck_1x3x1(s1)
  s4 = conv_7x1_1x7(s3) + bottleneck_1x3x1(s0)
  s5 = conv_7x1_1x7(s1) + bottleneck_1x3x1(s4)
  return concat(s2..s5)
}

cell normal_2(s0, s1) {
  s2 = sep_conv_3x3(s0)
  s3 = sep_conv_3x3(s2)
  return concat(s2, s3)
}

network cifar: ddarts_cifar {
  channels: 64
  classes: 10
  cells: normal[0], normal[0]/2*2, normal[1]*8, normal[0]/2, normal[2]/2
  require params == 112863434
  require macs == 6603116544
}
