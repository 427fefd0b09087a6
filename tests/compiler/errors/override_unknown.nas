use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network cifar: darts_cifar {
  channels: 4  layers: 3
  op max_pol_3x3 = max_pool(3, stride) -> bn
  op avg_pool_3x3 = mine -> bn
  op mine = avg_pool(3, stride)
}
