nas 1
# DARTOpti (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021), from Xception on CIFAR-100, at most two operations an edge.
# The published file has lost the edge sep_conv_3x3(s0) into s2 of its last cell, where the sparse one has it, and
# cannot be run; it is put back here.

use std.ddarts

cell normal_0(s0, s1) {
  s2 = max_pool_3x3(s0) + bottleneck_1x3x1(s0) + max_pool_3x3(s1) + bottleneck_1x3x1(s1)
  s3 = max_pool_3x3(s0) + bottleneck_1x3x1(s0) + max_pool_3x3(s1) + bottleneck_1x3x1(s1)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s2)
  s4 = max_pool_3x3(s0) + bottleneck_1x3x1(s0) + conv_7x1_1x7(s1) + bottleneck_1x3x1(s1)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s2) + max_pool_3x3(s3) + bottleneck_1x3x1(s3)
  s5 = conv_7x1_1x7(s0) + bottleneck_1x3x1(s0) + simple_conv_3x3(s1) + bottleneck_1x3x1(s1)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s2) + conv_7x1_1x7(s3) + bottleneck_1x3x1(s3)
     + conv_7x1_1x7(s4) + bottleneck_1x3x1(s4)
  return concat(s2..s5)
}

cell normal_1(s0, s1) {
  s2 = bottleneck_1x3x1(s0) + skip_connect(s0) + bottleneck_1x3x1(s1) + skip_connect(s1)
  s3 = bottleneck_1x3x1(s0) + conv_7x1_1x7(s0) + conv_7x1_1x7(s1) + bottleneck_1x3x1(s1)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s2)
  s4 = conv_7x1_1x7(s0) + bottleneck_1x3x1(s0) + conv_3x1_1x3(s1) + bottleneck_1x3x1(s1)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s2) + conv_7x1_1x7(s3) + bottleneck_1x3x1(s3)
  s5 = conv_7x1_1x7(s0) + bottleneck_1x3x1(s0) + conv_7x1_1x7(s1) + bottleneck_1x3x1(s1)
     + conv_7x1_1x7(s2) + bottleneck_1x3x1(s2) + simple_conv_3x3(s3) + conv_7x1_1x7(s3)
     + conv_7x1_1x7(s4) + bottleneck_1x3x1(s4)
  return concat(s2..s5)
}

cell normal_2(s0, s1) {
  s2 = sep_conv_3x3(s0)
  s3 = sep_conv_3x3(s2)
  s4 = max_pool_3x3(s3)
  s5 = max_pool_3x3(s3) + skip_connect(s4) + max_pool_3x3(s4)
  return concat(s2..s5)
}

network cifar: ddarts_cifar {
  channels: 64
  classes: 100
  cells: normal[0], normal[0]/2*2, normal[1]*8, normal[0]/2, normal[2]/2
  require params == 350113828
  require macs == 20557955072
}
