nas 1
# DARTOpti (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021), from ResNet50 on CIFAR-10, at most two operations an edge.
# A cell returns all states, as the authors' code has it; their file says `concat=range(4, 8)`.

use std.ddarts

cell normal_0(s0, s1) {
  s2 = skip_connect(s0) + bottleneck_1x3x1(s0) + bottleneck_1x3x1(s1)
  s3 = bottleneck_1x3x1(s1) + skip_connect(s2) + bottleneck_1x3x1(s2)
  s4 = bottleneck_1x3x1(s0) + bottleneck_1x3x1(s1) + skip_connect(s3) + bottleneck_1x3x1(s3)
  s5 = bottleneck_1x3x1(s3) + bottleneck_1x3x1(s4)
  s6 = bottleneck_1x3x1(s1) + sep_conv_3x3(s3) + bottleneck_1x3x1(s3) + sep_conv_5x5(s4)
     + bottleneck_1x3x1(s4) + bottleneck_1x3x1(s5)
  s7 = simple_conv_1x1(s0) + bottleneck_1x3x1(s1) + bottleneck_1x3x1(s5) + bottleneck_1x3x1(s6)
  return concat(s2..s7)
}

cell normal_1(s0, s1) {
  s2 = skip_connect(s0) + bottleneck_1x3x1(s0) + bottleneck_1x3x1(s1)
  s3 = skip_connect(s0) + bottleneck_1x3x1(s0) + conv_7x1_1x7(s1) + bottleneck_1x3x1(s1)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s2)
  s4 = max_pool_3x3(s0) + simple_conv_3x3(s0) + dil_conv_3x3(s1) + bottleneck_1x3x1(s1)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s2) + max_pool_3x3(s3) + bottleneck_1x3x1(s3)
  s5 = bottleneck_1x3x1(s0) + conv_3x1_1x3(s0) + max_pool_3x3(s1) + bottleneck_1x3x1(s1)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s2) + avg_pool_3x3(s3) + conv_7x1_1x7(s3)
     + bottleneck_1x3x1(s4) + max_pool_3x3(s4)
  s6 = dil_conv_3x3(s0) + sep_conv_3x3(s0) + conv_3x1_1x3(s1) + conv_7x1_1x7(s1) + sep_conv_3x3(s2)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s3) + conv_7x1_1x7(s3) + max_pool_3x3(s4)
     + dil_conv_3x3(s4) + max_pool_3x3(s5) + bottleneck_1x3x1(s5)
  s7 = conv_7x1_1x7(s0) + bottleneck_1x3x1(s0) + bottleneck_1x3x1(s1) + conv_3x1_1x3(s1)
     + max_pool_3x3(s2) + sep_conv_3x3(s2) + sep_conv_3x3(s3) + conv_7x1_1x7(s3) + max_pool_3x3(s4)
     + conv_7x1_1x7(s4) + bottleneck_1x3x1(s5) + max_pool_3x3(s5) + dil_conv_3x3(s6)
     + dil_conv_5x5(s6)
  return concat(s2..s7)
}

cell normal_2(s0, s1) {
  s2 = conv_7x1_1x7(s0) + bottleneck_1x3x1(s0) + conv_7x1_1x7(s1) + bottleneck_1x3x1(s1)
  s3 = bottleneck_1x3x1(s0) + conv_7x1_1x7(s1) + bottleneck_1x3x1(s1) + conv_7x1_1x7(s2)
     + bottleneck_1x3x1(s2)
  s4 = bottleneck_1x3x1(s0) + conv_7x1_1x7(s1) + bottleneck_1x3x1(s1) + conv_7x1_1x7(s2)
     + bottleneck_1x3x1(s2) + conv_7x1_1x7(s3) + bottleneck_1x3x1(s3)
  s5 = sep_conv_5x5(s0) + conv_7x1_1x7(s0) + bottleneck_1x3x1(s1) + dil_conv_5x5(s1)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s2) + conv_7x1_1x7(s3) + bottleneck_1x3x1(s3)
     + max_pool_3x3(s4) + bottleneck_1x3x1(s4)
  s6 = dil_conv_5x5(s0) + skip_connect(s0) + simple_conv_1x1(s1) + bottleneck_1x3x1(s1)
     + simple_conv_1x1(s2) + conv_7x1_1x7(s2) + bottleneck_1x3x1(s3) + sep_conv_3x3(s3)
     + bottleneck_1x3x1(s4) + max_pool_3x3(s4) + conv_7x1_1x7(s5) + max_pool_3x3(s5)
  s7 = dil_conv_5x5(s0) + conv_3x1_1x3(s0) + simple_conv_3x3(s1) + conv_7x1_1x7(s1)
     + simple_conv_1x1(s2) + sep_conv_3x3(s2) + max_pool_3x3(s3) + conv_7x1_1x7(s3)
     + dil_conv_5x5(s4) + max_pool_3x3(s4) + bottleneck_1x3x1(s5) + max_pool_3x3(s5)
     + skip_connect(s6) + max_pool_3x3(s6)
  return concat(s2..s7)
}

network cifar: ddarts_cifar {
  channels: 64
  classes: 10
  cells: normal[0], normal[1..2]/2, normal[0]/2
  require params == 123261898
  require macs == 7680751616
}
