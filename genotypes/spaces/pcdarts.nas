nas 1
# The space of PC-DARTS (Xu, Xie, Zhang, Chen, Qi, Tian and Xiong, ICLR 2020): that of DARTS, searched in a quarter
# of the channels.

use std.darts

cell normal(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

network search: pcdarts_search {
  channels: 16
  layers: 8
  require params == 299578
}

network cifar: darts_cifar { channels: 36  layers: 20 }
network imagenet: darts_imagenet { channels: 48  layers: 14 }

search pcdarts { network: search }
train cifar10_pcdarts { network: cifar }
