use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network a: darts_cifar {
  layers: 3
  require parms == 1000
  require latency <= 5
  require depth == 2
  require depth(norml) == 2
  require count(normal) == 0
  require count(sep_conv_3x, normal) == 0
  require count(sep_conv_3x3, normal, reduce) == 0
  require params(normal) <= 3
  require depth(reduce=3) <= 3
}
skeleton s: darts_cifar { require parms <= 3  require params <= 3M }
