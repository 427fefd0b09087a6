use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell block_0(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
network a: darts_cifar { cells: norml*2, normal/2 }
network b: darts_cifar { layers: 8 }
network c: darts_cifar { cells: block*2, normal/2 }
network d: darts_cifar { cells: block[0..3]*2, normal/2 }
network e: darts_cifar { cells: frc[2], warp/2 }
