use std.darts
op mine = relu -> conv(3) -> bn
op mine = relu -> conv(5) -> bn
op mine/2 = relu -> conv(3, stride=2) -> bn
ops some = mine | none
ops some = mine | skip_connect
ops mine = none | skip_connect
cell normal(s0, s1) { s2 = mine(s0, s1)  return s2 }
cell normal(s0, s1) { s2 = none(s0, s1)  return s2 }
skeleton small: darts_cifar { channels: 4 }
network small: darts_cifar { channels: 8  cells: normal*2, normal/2 }
network cifar: darts_cifar { channels: 8  cells: normal*2, normal/2 }
network cifar: darts_cifar { channels: 9  cells: normal*2, normal/2 }
