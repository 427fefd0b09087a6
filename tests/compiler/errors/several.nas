use std.darts
cell normal(s0, s1) {
  s2 = sep_conv_3x(s0) + sep_conv_3x3(s7)
  s3 = sep_conv_3x3(s2) + skip_connect(s4)
  s4 = keep 5 of darts(*)
  return concat(s2..s9)
}
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }
network cifar: darts_cifr { channels: 36 }
network other: darts_cifar { chanels: 36 }
search dart { network: cifar }
train { network: cifr  epoch: 600 }
