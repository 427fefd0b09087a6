use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network small: darts_cifar { input: 3x16x16  layers: 3  require params_aux == 10 }
network flat: darts_cifar { cells: normal*3  require params_aux <= 10M }
network without: plain { layers: 3  require params_aux <= 10M }
skeleton plain {
  input: 3x32x32  classes: 10  channels: 8  stem: conv(3) -> bn  preprocess: relu_conv_bn(1)
  align: factorized_reduce  head: global_avg_pool -> linear  layers: 3  cells: normal*, reduce/2, normal*
}
network unasked: darts_cifar { input: 3x16x16  layers: 3 }
