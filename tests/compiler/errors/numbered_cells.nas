use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell edge_0(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell edge_1(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
network a: darts_cifar { cells: normal[0], normal, normal[1]/2, normal[0] }
network b: darts_cifar { cells: edge[0..1], edge[0]/2, edge[1..2] }
network c: darts_cifar { cells: edge[0..1], edge_0/2 }
network d: darts_cifar { cells: edge[0..1]*, edge[0]/2  layers: 7 }
