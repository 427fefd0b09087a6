use std.darts
op normal = relu -> conv(3) -> bn
ops reduce = none | skip_connect
cell normal(s0, s1) { s2 = normal(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = reduce(s0, s1)  return concat(s2) }
network normal: darts_cifar { channels: 4  layers: 3 }
