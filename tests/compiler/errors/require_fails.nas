use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network a: darts_cifar {
  layers: 3
  require params == 1000
  require params <= 1000
  require params >= 3.3G
  require params ~= 3.3M
  require macs <= 1M
  require params_aux == 7
  require depth(normal) == 2
  require count(sep_conv_3x3, normal) == 0
}
