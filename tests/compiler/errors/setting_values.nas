use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network a: darts_cifar { channels: many  layers: 3 }
network b: darts_cifar { channels: 0  classes: -3  layers: 3.5 }
network c: darts_cifar { input: 32x32  layers: 3 }
network d: darts_cifar { input: (3, 32, 32)  layers: "3" }
network e: darts_cifar { stem: 3  head: "linear"  layers: 3 }
network f: darts_cifar { input: pictures  layers: 50% }
network g: darts_cifar { input: 3x0x32  layers: 3  auxiliary: 0.4 }
network h: darts_cifar { vocabulary: 10  layers: 3 }
