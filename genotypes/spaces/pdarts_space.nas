nas 1
# The space of P-DARTS (Chen, Xie, Wu and Tian, ICCV 2019): that of DARTS, in networks that become deeper from stage to
# stage (5, 11 and 17 cells) while operations are taken away, and with at most two identities in a normal cell.

use std.darts

cell normal(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

network search: pdarts_search {
  channels: 16
  layers: 5
  require params == 1275834
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require count(skip_connect, normal) <= 2
}

network imagenet: pdarts_imagenet { channels: 48  layers: 14 }

search pdarts { network: search }
train cifar10_pdarts { network: cifar }
