use std.darts
op only/2 = conv(3, stride=2)
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = only(s0, s1)  return concat(s2) }
network good: darts_cifar { layers: 3 }
network bad: darts_cifar { cells: normal, reduce/2, reduce }
