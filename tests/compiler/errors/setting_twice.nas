use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network a: darts_cifar {
  channels: 16
  layers: 3
  channels: 32
  op none = zero(stride)
  cells: normal*, reduce/2
  op none = zero(1)
  cells: normal*
}
