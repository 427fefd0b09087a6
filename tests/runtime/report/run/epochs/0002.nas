# nasc search, 2026-11-22: darts, seed 3, digits, epoch 2 of 3, valid accuracy 4.2%
nas 1
use std.darts

ops few = none | max_pool_3x3 | skip_connect | dil_conv_3x3

cell normal(s0, s1) {
  s2 = skip_connect(s0) @0.7510 + dil_conv_3x3(s1) @0.2352
  s3 = max_pool_3x3(s0) @0.5052 + dil_conv_3x3(s1) @0.3725
  return concat(s2..s3)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) @0.2228 + max_pool_3x3(s1) @0.1189
  return concat(s2)
}

network small: darts_search { channels: 2  layers: 3 }
network cifar: darts_cifar { channels: 2  layers: 3 }

search darts { network: small  epochs: 3  batch: 8 }
train { network: cifar  epochs: 3  batch: 8 }
