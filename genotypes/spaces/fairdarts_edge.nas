nas 1
# The wider space of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020): every edge may have up to two operations, those
# whose strength reaches a threshold.

use std.darts

cell normal(s0, s1) {
  s2..s5 = {keep 0..2 of darts_without_none}(*)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2..s5 = {keep 0..2 of darts_without_none}(*)
  return concat(s2..s5)
}

network search: darts_search {
  channels: 16
  layers: 8
  require params == 1930618
}

network cifar: fairdarts_cifar { channels: 36  layers: 20 }
network imagenet: fairdarts_imagenet { channels: 48  layers: 14 }

search fairdarts { network: search }
train { network: cifar  epochs: 1600 }
