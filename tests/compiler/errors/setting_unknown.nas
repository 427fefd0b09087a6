use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network cifar: darts_cifar {
  chanels: 16
  depth: 3
  epochs: 50
  layers: 3
}
skeleton small: darts_cifar { clases: 7 }
