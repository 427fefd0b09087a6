nas 1
# The space of EDNAS (Lee, Kim and Han, 2019) for CIFAR: two cells of four states, each the sum of two edges
# from different states.

use std.darts

cell normal(s0, s1) {
  s2..s5 = keep 2 of darts_without_none(*)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2..s5 = keep 2 of darts_without_none(*)
  return concat(s2..s5)
}

network search: darts_search {
  channels: 16
  layers: 8
  require params == 1930618
}

network cifar: darts_cifar { channels: 36  layers: 20 }
network imagenet: darts_imagenet { channels: 48  layers: 14 }

search ednas { network: search }
train cifar10_ednas { network: cifar }
