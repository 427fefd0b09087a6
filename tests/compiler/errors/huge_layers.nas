use std.darts
cell normal(s0, s1) {
  s2..s200 = sep_conv_3x3(s0, s1)
  return concat(s2..s200)
}
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }
network cifar: darts_cifar { layers: 1000 }
