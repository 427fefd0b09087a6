use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network a: darts_cifar { layers: 20  cells: normal*2, reduce/2 }
network b: darts_cifar { layers: 2  cells: normal*2, reduce/2, normal* }
network c { input: 3x32x32  classes: 2  channels: 4  stem: conv(3)  head: global_avg_pool -> linear
            cells: normal*, reduce/2 }
network d: darts_cifar { layers: 1 }
network e: darts_cifar { layers: 2 }
