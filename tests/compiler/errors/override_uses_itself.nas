use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network cifar: darts_cifar {
  op sep_conv = sep_conv_3x3
  op skip_connect = max_pool_3x3
  op max_pool_3x3 = skip_connect
  layers: 3
}
