# nasc search, 2026-11-22: darts, seed 3, digits, epoch 3 of 3, valid accuracy 4.2%
nas 1
use std.darts

ops few = none | max_pool_3x3 | skip_connect | dil_conv_3x3

cell normal(s0, s1) {
  s2 = skip_connect(s0) @0.8170 + dil_conv_3x3(s1) @0.2750
  s3 = dil_conv_3x3(s1) @0.5742 + max_pool_3x3(s0) @0.5525
  return concat(s2..s3)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s1) @0.0793 + max_pool_3x3(s0) @0.0549
  return concat(s2)
}

network small: darts_search { channels: 2  layers: 3 }
network cifar: darts_cifar { channels: 2  layers: 3 }

search darts { network: small  epochs: 3  batch: 8 }
train { network: cifar  epochs: 3  batch: 8 }
