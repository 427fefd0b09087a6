nas 1
# D-DARTS (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021), found on CIFAR-100, at most two edges a state.
# published: DD-1 1.68 M params, 259 M FLOPs (README)
# differs: the nearest (network `dd1`) has the FLOPs, counting 2 for every value of a batch-norm, but 1.71 M params

use std.ddarts

cell normal_0(s0, s1) {
  s2 = sep_conv_3x3(s1) + max_pool_3x3(s0)
  s3 = sep_conv_3x3(s0) + sep_conv_5x5(s2)
  s4 = sep_conv_5x5(s3) + sep_conv_5x5(s1)
  s5 = dil_conv_3x3(s3) + max_pool_3x3(s0)
  return concat(s2..s5)
}

cell normal_1(s0, s1) {
  s2 = max_pool_3x3(s0) + dil_conv_5x5(s1)
  s3 = max_pool_3x3(s0) + max_pool_3x3(s2)
  s4 = sep_conv_5x5(s0) + sep_conv_3x3(s3)
  s5 = max_pool_3x3(s4) + sep_conv_3x3(s3)
  return concat(s2..s5)
}

cell normal_2(s0, s1) {
  s2 = avg_pool_3x3(s0) + sep_conv_5x5(s1)
  s3 = sep_conv_5x5(s1) + sep_conv_5x5(s2)
  s4 = sep_conv_5x5(s3) + sep_conv_5x5(s1)
  s5 = sep_conv_5x5(s2) + sep_conv_5x5(s3)
  return concat(s2..s5)
}

cell normal_3(s0, s1) {
  s2 = max_pool_3x3(s1) + sep_conv_5x5(s0)
  s3 = sep_conv_5x5(s1) + dil_conv_5x5(s2)
  s4 = sep_conv_5x5(s1) + sep_conv_5x5(s2)
  s5 = sep_conv_5x5(s2) + sep_conv_5x5(s4)
  return concat(s2..s5)
}

cell normal_4(s0, s1) {
  s2 = max_pool_3x3(s1) + max_pool_3x3(s0)
  s3 = sep_conv_5x5(s2) + max_pool_3x3(s0)
  s4 = sep_conv_5x5(s1) + avg_pool_3x3(s0)
  s5 = sep_conv_3x3(s4) + dil_conv_3x3(s3)
  return concat(s2..s5)
}

cell normal_5(s0, s1) {
  s2 = sep_conv_5x5(s0) + sep_conv_5x5(s1)
  s3 = sep_conv_5x5(s2) + sep_conv_5x5(s0)
  s4 = sep_conv_5x5(s3) + sep_conv_5x5(s0)
  s5 = sep_conv_5x5(s3) + sep_conv_5x5(s4)
  return concat(s2..s5)
}

cell normal_6(s0, s1) {
  s2 = sep_conv_5x5(s1) + sep_conv_5x5(s0)
  s3 = sep_conv_5x5(s2) + sep_conv_5x5(s0)
  s4 = sep_conv_3x3(s3) + sep_conv_3x3(s2)
  s5 = sep_conv_5x5(s4) + sep_conv_5x5(s3)
  return concat(s2..s5)
}

cell normal_7(s0, s1) {
  s2 = max_pool_3x3(s0)
  s3 = dil_conv_5x5(s2) + max_pool_3x3(s0)
  s4 = sep_conv_3x3(s3) + sep_conv_5x5(s2)
  s5 = skip_connect(s4) + sep_conv_3x3(s3)
  return concat(s2..s5)
}

network cifar: ddarts_cifar {
  channels: 36
  classes: 100
  cells: normal[0..1], normal[2]/2, normal[3..5], normal[6]/2, normal[7]
  require params == 1358920
  require params_aux == 1904556
  require macs == 258243840
}

# What comes nearest to DD-1: reductions where the search had them.
network dd1: ddarts_cifar {
  channels: 36
  classes: 10
  cells: normal[0..1], normal[2]/2, normal[3..4], normal[5]/2, normal[6..7]
  require params == 1711630
  require params_aux == 2188056
  require macs == 254505600
}
