nas 1
# The space of DARTS (Liu, Simonyan and Yang, ICLR 2019): two cells of four states, each the sum of two edges, each
# edge one of seven operations. 1,037,664,180 normal cells times as many reduction cells.

use std.darts

cell normal(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

network search: darts_search {
  channels: 16
  layers: 8
  require params == 1930618
}

network cifar: darts_cifar { channels: 36  layers: 20 }
network imagenet: darts_imagenet { channels: 48  layers: 14 }

search darts { network: search }
train { network: cifar }
