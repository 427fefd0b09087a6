nas 1
# The space of GDAS (Dong and Yang, CVPR 2019): that of DARTS. Pools keep a batch-norm.

use std.gdas

cell normal(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

network search: gdas_search {
  channels: 16
  layers: 8
  require params == 1930618
}

network cifar: gdas_cifar { channels: 36  layers: 20 }
network imagenet: gdas_imagenet { channels: 50  layers: 14 }

search gdas { network: search }
train cifar10_gdas_cut { network: cifar }
