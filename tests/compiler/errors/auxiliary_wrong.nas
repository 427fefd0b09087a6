use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network a: darts_cifar { auxiliary: relu -> linera  layers: 3 }
network b: darts_cifar { auxiliary: relu -> conv(3, out=C/7) -> linear  layers: 3 }
