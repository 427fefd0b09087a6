use std.darts
cell normal(s0, s1) { s2 = simple_conv_3x3(s0) + nor_conv_3x3(s1)  return concat(s2) }
network cifar: gdas_cifar { cells: normal*2, frc/2 }
