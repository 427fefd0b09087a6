nas 1
# The space of DARTOpti around ResNet18 (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021): twelve operations, and
# strengths that begin where the network `resnet18` has its edges.

use std.ddarts
use zoo.resnet18

cell block(s0, s1) {
  s2..s5 = keep 0..2 of dartopti(*)
  return concat(s2..s5)
}

network resnet18: ddarts_cifar {
  channels: 64
  cells: resnet18, resnet18/2*3
  require params == 13982154
  require macs == 806440960
}

network search: darts_search {
  channels: 32
  cells: block, block/2*3
  require params == 67455082
}

network cifar: ddarts_cifar {
  channels: 64
  cells: block, block/2*3
}

network imagenet: dartopti_imagenet {
  channels: 64
  cells: block, block/2*3
}

search ddarts { network: search  start: resnet18 }
train cifar10_dartopti { network: cifar }
