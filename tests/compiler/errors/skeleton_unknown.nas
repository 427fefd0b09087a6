use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network a: darts_cifr { layers: 3 }
network b: something { layers: 3 }
skeleton c: nothing { layers: 3 }
