use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

op x/3 = conv(3, stride=3)
network a: darts_cifar { cells: normal*2, reduce/3 }
network b: darts_cifar { cells: normal[3..1], reduce/2 }
network c: darts_cifar { cells: normal/1*2, reduce/2*2 }
skeleton d: darts_cifar { cells: normal*, other/4 }
