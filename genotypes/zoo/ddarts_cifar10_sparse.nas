nas 1
# D-DARTS (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021), found on CIFAR-10, at most two edges a state.
# published: DD-1 1.68 M params, 259 M FLOPs (README)
# differs: no shipped genotype gives both figures of DD-1 (see `ddarts_cifar100_sparse`)

use std.ddarts

cell normal_0(s0, s1) {
  s2 = sep_conv_3x3(s1) + max_pool_3x3(s0)
  s3 = sep_conv_3x3(s0) + max_pool_3x3(s2)
  s4 = sep_conv_3x3(s0) + max_pool_3x3(s2)
  s5 = max_pool_3x3(s0) + dil_conv_5x5(s4)
  return concat(s2..s5)
}

cell normal_1(s0, s1) {
  s2 = skip_connect(s0) + dil_conv_5x5(s1)
  s3 = sep_conv_5x5(s1) + sep_conv_5x5(s2)
  s4 = dil_conv_3x3(s3) + sep_conv_5x5(s2)
  s5 = sep_conv_5x5(s4) + sep_conv_5x5(s0)
  return concat(s2..s5)
}

cell normal_2(s0, s1) {
  s2 = sep_conv_5x5(s1) + sep_conv_5x5(s0)
  s3 = sep_conv_3x3(s1) + max_pool_3x3(s2)
  s4 = sep_conv_5x5(s1) + skip_connect(s0)
  s5 = dil_conv_3x3(s2) + sep_conv_5x5(s0)
  return concat(s2..s5)
}

cell normal_3(s0, s1) {
  s2 = sep_conv_5x5(s0) + sep_conv_5x5(s1)
  s3 = sep_conv_5x5(s2) + sep_conv_5x5(s1)
  s4 = dil_conv_3x3(s2) + dil_conv_3x3(s1)
  s5 = dil_conv_5x5(s2) + sep_conv_5x5(s1)
  return concat(s2..s5)
}

cell normal_4(s0, s1) {
  s2 = dil_conv_5x5(s1) + max_pool_3x3(s0)
  s3 = sep_conv_5x5(s2) + max_pool_3x3(s0)
  s4 = sep_conv_5x5(s1) + sep_conv_5x5(s3)
  s5 = dil_conv_3x3(s3) + sep_conv_5x5(s2)
  return concat(s2..s5)
}

cell normal_5(s0, s1) {
  s2 = sep_conv_5x5(s1) + sep_conv_5x5(s0)
  s3 = sep_conv_5x5(s1) + sep_conv_5x5(s2)
  s4 = sep_conv_5x5(s2) + dil_conv_3x3(s1)
  s5 = sep_conv_3x3(s1) + sep_conv_3x3(s3)
  return concat(s2..s5)
}

cell normal_6(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_5x5(s1)
  s3 = dil_conv_3x3(s1) + skip_connect(s2)
  s4 = skip_connect(s2) + skip_connect(s0)
  s5 = dil_conv_3x3(s0) + sep_conv_5x5(s1)
  return concat(s2..s5)
}

cell normal_7(s0, s1) {
  s2 = sep_conv_5x5(s1) + sep_conv_3x3(s0)
  s3 = sep_conv_5x5(s2) + dil_conv_5x5(s0)
  s4 = sep_conv_5x5(s3) + dil_conv_3x3(s2)
  s5 = sep_conv_3x3(s2)
  return concat(s2..s5)
}

network cifar: ddarts_cifar {
  channels: 36
  classes: 10
  cells: normal[0..1], normal[2]/2, normal[3..5], normal[6]/2, normal[7]
  require params == 1244242
  require params_aux == 1720668
  require macs == 255307392
}
