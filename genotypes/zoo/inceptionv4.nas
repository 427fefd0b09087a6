nas 1
# InceptionV4 as DARTOpti starts from it (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021, genotypes.py).
# Its cells read only the output of the cell before the last, so that every other cell learns nothing.
# Edges from states that come later are left out here: the authors' code never runs them.
# differs: the authors' code counts 15,966,666 params, 3,526,912 of them in edges that never run

use std.ddarts

cell inceptionv4_0(s0, s1) {
  s2 = simple_conv_1x1(s0)
  s3 = avg_pool_3x3(s0)
  s4 = simple_conv_1x1(s0)
  s6 = simple_conv_1x1(s0) + simple_conv_1x1(s3) + simple_conv_3x3(s2)
  s5 = simple_conv_3x3(s4)
  return concat(s2..s4, s6, s5)
}

cell inceptionv4_1(s0, s1) {
  s2 = simple_conv_1x1(s0)
  s3 = simple_conv_3x3(s2)
  s4 = simple_conv_3x3(s3) + max_pool_3x3(s0)
  return concat(s2..s4)
}

cell inceptionv4_2(s0, s1) {
  s2 = simple_conv_1x1(s0)
  s3 = simple_conv_1x1(s0)
  s4 = avg_pool_3x3(s0)
  s6 = simple_conv_1x1(s0) + conv_7x1_1x7(s3) + simple_conv_1x1(s4)
  s5 = conv_7x1_1x7(s2)
  return concat(s2..s4, s6, s5)
}

cell inceptionv4_3(s0, s1) {
  s2 = simple_conv_1x1(s0)
  s5 = simple_conv_3x3(s2)
  s3 = simple_conv_1x1(s0)
  s4 = conv_7x1_1x7(s3)
  return concat(s2, s5, s3, s4)
}

cell inceptionv4_4(s0, s1) {
  s2 = simple_conv_1x1(s0)
  s4 = simple_conv_1x1(s0)
  s5 = avg_pool_3x3(s0)
  s6 = simple_conv_1x1(s0) + conv_3x1_1x3(s4) + simple_conv_1x1(s5)
  s3 = conv_3x1_1x3(s2)
  return concat(s2, s4..s6, s3)
}

network cifar: ddarts_cifar {
  channels: 64
  cells: inceptionv4[0]*4, inceptionv4[1]/2, inceptionv4[2]*7, inceptionv4[3]/2, inceptionv4[4]*3
  require params == 12439754
  require macs == 2383491584
}
