use std.darts
op conv = relu -> bn
ops relu = none | skip_connect
op bn/2 = relu
cell normal(s0, s1) { s2 = skip_connect(s0, s1)  return concat(s2) }
network cifar: darts_cifar {
  op conv = identity
  cells: normal*3
}
