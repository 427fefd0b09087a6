nas 1
# The space of DARTOpti around ResNet50 (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021): twelve operations, and
# strengths that begin where the network `resnet50` has its edges.
# The search joins the last four of six states, as the authors' code has it; their evaluation joins all six.

use std.ddarts
use zoo.resnet50

cell block(s0, s1) {
  s2..s7 = keep 0..2 of dartopti(*)
  return concat(s4..s7)
}

network resnet50: ddarts_cifar {
  channels: 64
  cells: resnet50[0], resnet50[1..2]/2, resnet50[0]/2
  require params == 24360522
  require macs == 1452358656
}

network search: darts_search {
  channels: 32
  cells: block[0], block[1..2]/2, block[0]/2
  require params == 129537706
}

network cifar: ddarts_cifar {
  channels: 64
  cells: block[0], block[1..2]/2, block[0]/2
}

network imagenet: dartopti_imagenet {
  channels: 64
  cells: block[0], block[1..2]/2, block[0]/2
}

search ddarts { network: search  start: resnet50 }
train cifar10_dartopti { network: cifar }
