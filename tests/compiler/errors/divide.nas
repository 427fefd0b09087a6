use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network odd: darts_cifar { channels: 5  layers: 3 }
network thirds: darts_cifar { channels: 8  stem: conv(3, out=C/3) -> bn  layers: 3 }
network zero: darts_cifar { channels: 8  stem: conv(3, out=C/0) -> bn  layers: 3 }
network small: darts_cifar { channels: 1  layers: 3 }
network bare: darts_cifar {
  channels: 8  layers: 3
  op skip_connect = conv(1, out=C/16)
  edge: operation
}
