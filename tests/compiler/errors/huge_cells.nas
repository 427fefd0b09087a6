use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network a: darts_cifar { cells: normal*1000000000, reduce/2 }
network b: darts_cifar { cells: normal[0..1000000000] }
network c: darts_cifar { layers: 1000000000 }
network d: darts_cifar { cells: normal[0..999]*1000, reduce/2 }
network e: darts_cifar { channels: 10000000000000 }
network f: darts_cifar { cells: normal[999999999] }
