nas 1
use std.darts
ops few = none | max_pool_3x3 | skip_connect | dil_conv_3x3
cell normal(s0, s1) { s2..s3 = keep 2 of few(*)  return concat(s2..s3) }
cell reduce(s0, s1) { s2 = keep 2 of few(*)  return concat(s2) }

network small: darts_search { channels: 2  layers: 3 }
network cifar: darts_cifar { channels: 2  layers: 3 }
search darts { network: small  epochs: 3  batch: 8 }
train { network: cifar  epochs: 3  batch: 8 }
