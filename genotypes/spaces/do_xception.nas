nas 1
# The space of DARTOpti around Xception (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021): twelve operations, and
# strengths that begin where the network `xception` has its edges.

use std.ddarts
use zoo.xception

cell block(s0, s1) {
  s2..s5 = keep 0..2 of dartopti(*)
  return concat(s2..s5)
}

network xception: ddarts_cifar {
  channels: 64
  cells: xception[0], xception[0]/2*2, xception[1]*8, xception[0]/2, xception[2]/2
  require params == 14668106
  require macs == 645861376
}

network search: darts_search {
  channels: 32
  cells: block[0], block[0]/2*2, block[1]*8, block[0]/2, block[2]/2
  require params == 370894954
}

network cifar: ddarts_cifar {
  channels: 64
  cells: block[0], block[0]/2*2, block[1]*8, block[0]/2, block[2]/2
}

search ddarts { network: search  start: xception }
train cifar10_dartopti { network: cifar }
