nas 1
# DARTOpti (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021), from ResNet18 on CIFAR-100, at most two operations an edge.

use std.ddarts

cell normal_0(s0, s1) {
  s2 = simple_conv_3x3(s0) + bottleneck_1x3x1(s0) + conv_7x1_1x7(s1) + bottleneck_1x3x1(s1)
  s3 = skip_connect(s0) + bottleneck_1x3x1(s0) + max_pool_3x3(s1) + bottleneck_1x3x1(s1)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s2)
  s4 = max_pool_3x3(s0) + bottleneck_1x3x1(s0) + conv_7x1_1x7(s1) + bottleneck_1x3x1(s1)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s2) + max_pool_3x3(s3) + bottleneck_1x3x1(s3)
  s5 = conv_7x1_1x7(s0) + bottleneck_1x3x1(s0) + simple_conv_3x3(s1) + bottleneck_1x3x1(s1)
     + max_pool_3x3(s2) + bottleneck_1x3x1(s2) + max_pool_3x3(s3) + bottleneck_1x3x1(s3)
     + max_pool_3x3(s4) + bottleneck_1x3x1(s4)
  return concat(s2..s5)
}

network cifar: ddarts_cifar {
  channels: 64
  classes: 100
  cells: normal[0], normal[0]/2*3
  require params == 120201124
  require macs == 6473129984
}
