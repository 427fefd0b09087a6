use std.darts
cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0)
  s3 = sep_conv_3x3(s0) + skip_connect(s2)
  s4 = skip_connect(s1)
  return s3
}
cell spare(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }
network cifar: darts_cifar { cells: normal*3 }
