use std.darts
op only/2 = conv(3, stride=2)
op third/3 = conv(3, stride=3)
cell normal(s0, s1) { s2 = only(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = third(s0, s1)  return concat(s2) }
network cifar: darts_cifar { layers: 3 }
network other: darts_cifar { cells: reduce/2, reduce }
