nas 1
# D-DARTS (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021), found on CIFAR-100, at most two operations an edge.
# published: DD-4, at 14 cells, reductions at the thirds and 10 classes, 6.28 M params, 948 M FLOPs (README)
# differs: those FLOPs count 2 for every value of a batch-norm; MACs alone are 928 M (network `dd4`)

use std.ddarts

cell normal_0(s0, s1) {
  s2 = sep_conv_3x3(s0) + max_pool_3x3(s0) + max_pool_3x3(s1) + sep_conv_3x3(s1)
  s3 = sep_conv_5x5(s0) + sep_conv_3x3(s0) + max_pool_3x3(s1) + sep_conv_3x3(s1) + sep_conv_3x3(s2)
     + sep_conv_5x5(s2)
  s4 = max_pool_3x3(s0) + max_pool_3x3(s1) + sep_conv_5x5(s1) + max_pool_3x3(s2) + dil_conv_5x5(s2)
     + sep_conv_3x3(s3) + sep_conv_5x5(s3)
  s5 = sep_conv_3x3(s0) + max_pool_3x3(s0) + max_pool_3x3(s1) + max_pool_3x3(s2) + sep_conv_5x5(s2)
     + sep_conv_5x5(s3) + dil_conv_3x3(s3) + max_pool_3x3(s4) + sep_conv_5x5(s4)
  return concat(s2..s5)
}

cell normal_1(s0, s1) {
  s2 = sep_conv_3x3(s0) + max_pool_3x3(s0) + dil_conv_5x5(s1)
  s3 = sep_conv_5x5(s0) + max_pool_3x3(s0) + sep_conv_3x3(s1) + dil_conv_5x5(s1) + dil_conv_5x5(s2)
     + max_pool_3x3(s2)
  s4 = sep_conv_3x3(s0) + sep_conv_5x5(s0) + sep_conv_3x3(s1) + sep_conv_5x5(s1) + max_pool_3x3(s2)
     + dil_conv_5x5(s2) + sep_conv_5x5(s3) + sep_conv_3x3(s3)
  s5 = max_pool_3x3(s0) + dil_conv_5x5(s1) + sep_conv_3x3(s2) + max_pool_3x3(s2) + max_pool_3x3(s3)
     + sep_conv_3x3(s3) + dil_conv_5x5(s4) + max_pool_3x3(s4)
  return concat(s2..s5)
}

cell normal_2(s0, s1) {
  s2 = max_pool_3x3(s0) + avg_pool_3x3(s0) + sep_conv_3x3(s1) + sep_conv_5x5(s1)
  s3 = max_pool_3x3(s0) + skip_connect(s0) + dil_conv_3x3(s1) + sep_conv_5x5(s1) + dil_conv_5x5(s2)
     + sep_conv_5x5(s2)
  s4 = max_pool_3x3(s0) + avg_pool_3x3(s0) + dil_conv_5x5(s1) + sep_conv_5x5(s1) + sep_conv_5x5(s2)
     + dil_conv_3x3(s2) + dil_conv_5x5(s3) + sep_conv_5x5(s3)
  s5 = avg_pool_3x3(s0) + sep_conv_5x5(s0) + sep_conv_5x5(s1) + sep_conv_3x3(s1) + dil_conv_3x3(s2)
     + sep_conv_5x5(s2) + sep_conv_3x3(s3) + sep_conv_5x5(s3) + dil_conv_3x3(s4) + sep_conv_5x5(s4)
  return concat(s2..s5)
}

cell normal_3(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_5x5(s0) + sep_conv_3x3(s1) + max_pool_3x3(s1)
  s3 = sep_conv_3x3(s0) + sep_conv_5x5(s0) + dil_conv_5x5(s1) + sep_conv_5x5(s1) + dil_conv_3x3(s2)
     + dil_conv_5x5(s2)
  s4 = max_pool_3x3(s0) + dil_conv_5x5(s0) + dil_conv_5x5(s1) + sep_conv_5x5(s1) + dil_conv_5x5(s2)
     + sep_conv_5x5(s2) + dil_conv_5x5(s3) + sep_conv_3x3(s3)
  s5 = dil_conv_3x3(s0) + sep_conv_5x5(s0) + skip_connect(s1) + max_pool_3x3(s1) + sep_conv_3x3(s2)
     + sep_conv_5x5(s2) + dil_conv_5x5(s3) + dil_conv_5x5(s4) + sep_conv_5x5(s4)
  return concat(s2..s5)
}

cell normal_4(s0, s1) {
  s2 = dil_conv_3x3(s0) + max_pool_3x3(s0) + skip_connect(s1) + max_pool_3x3(s1)
  s3 = dil_conv_5x5(s0) + max_pool_3x3(s0) + dil_conv_3x3(s1) + dil_conv_3x3(s2) + sep_conv_5x5(s2)
  s4 = max_pool_3x3(s0) + avg_pool_3x3(s0) + dil_conv_5x5(s1) + sep_conv_5x5(s1) + dil_conv_5x5(s2)
     + sep_conv_3x3(s2) + dil_conv_5x5(s3) + sep_conv_5x5(s3)
  s5 = sep_conv_3x3(s0) + max_pool_3x3(s0) + sep_conv_3x3(s1) + sep_conv_5x5(s1) + sep_conv_3x3(s2)
     + sep_conv_5x5(s2) + dil_conv_5x5(s3) + dil_conv_3x3(s3) + dil_conv_5x5(s4) + sep_conv_3x3(s4)
  return concat(s2..s5)
}

cell normal_5(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_5x5(s0) + dil_conv_5x5(s1) + sep_conv_5x5(s1)
  s3 = sep_conv_3x3(s0) + sep_conv_5x5(s0) + sep_conv_3x3(s1) + sep_conv_5x5(s1) + sep_conv_3x3(s2)
     + sep_conv_5x5(s2)
  s4 = sep_conv_3x3(s0) + sep_conv_5x5(s0) + sep_conv_3x3(s1) + sep_conv_5x5(s1) + dil_conv_5x5(s2)
     + sep_conv_3x3(s3) + sep_conv_5x5(s3)
  s5 = sep_conv_3x3(s0) + sep_conv_5x5(s0) + sep_conv_3x3(s1) + sep_conv_5x5(s1) + sep_conv_3x3(s2)
     + sep_conv_5x5(s2) + dil_conv_3x3(s3) + sep_conv_5x5(s3) + dil_conv_5x5(s4) + sep_conv_5x5(s4)
  return concat(s2..s5)
}

cell normal_6(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_5x5(s0) + dil_conv_5x5(s1) + sep_conv_5x5(s1)
  s3 = sep_conv_3x3(s0) + sep_conv_5x5(s0) + sep_conv_3x3(s1) + sep_conv_5x5(s1) + sep_conv_3x3(s2)
     + sep_conv_5x5(s2)
  s4 = sep_conv_3x3(s0) + sep_conv_5x5(s0) + dil_conv_5x5(s1) + dil_conv_5x5(s2) + sep_conv_3x3(s2)
     + sep_conv_5x5(s3) + sep_conv_3x3(s3)
  s5 = dil_conv_3x3(s0) + sep_conv_3x3(s0) + dil_conv_5x5(s1) + sep_conv_3x3(s1) + dil_conv_3x3(s2)
     + sep_conv_3x3(s2) + sep_conv_3x3(s3) + sep_conv_5x5(s3) + sep_conv_3x3(s4) + sep_conv_5x5(s4)
  return concat(s2..s5)
}

cell normal_7(s0, s1) {
  s2 = max_pool_3x3(s0)
  s3 = max_pool_3x3(s0) + max_pool_3x3(s1) + sep_conv_5x5(s2) + dil_conv_5x5(s2)
  s4 = max_pool_3x3(s0) + max_pool_3x3(s2) + sep_conv_5x5(s2) + max_pool_3x3(s3) + sep_conv_3x3(s3)
  s5 = sep_conv_3x3(s2) + dil_conv_5x5(s3) + sep_conv_3x3(s3) + skip_connect(s4)
  return concat(s2..s5)
}

network cifar: ddarts_cifar {
  channels: 36
  classes: 100
  cells: normal[0..1], normal[2]/2, normal[3..5], normal[6]/2, normal[7]
  require params == 2956960
  require params_aux == 3502596
  require macs == 556464384
}

# The 14 cells that `--layers 14` derives from these 8, as the authors' DD-4 has them.
network dd4: ddarts_cifar {
  channels: 36
  classes: 10
  cells: normal[0]*3, normal[1], normal[2]/2, normal[4], normal[3], normal[4], normal[3],
         normal[5]/2, normal[6], normal[7], normal[6], normal[7]
  require params == 6280822
  require params_aux == 6757248
  require macs == 927983232
}
