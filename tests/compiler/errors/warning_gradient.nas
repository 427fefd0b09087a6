use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s0)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }
cell both(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
network even: darts_cifar { cells: normal*3, reduce/2, normal*2 }
network odd: darts_cifar { cells: both, reduce/2, normal }
network good: darts_cifar { cells: both*2, reduce/2, both }
