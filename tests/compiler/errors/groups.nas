use std.gdas
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
network cifar: gdas_cifar { channels: 10  cells: normal*2, frc/2, normal }
network c: gdas_cifar { channels: 10  cells: normal*2, normal/2  head: shuffle(3) -> global_avg_pool -> linear }
