use std.darts
cell normal(s0, s1) {
  s2 = sep_conv_3x(s0) + skip_connect(s1)
  s3 = warp(s0) + none(s1)
  s4 = {sep_conv_3x3 | skip_conect}(s2)
  s5..s9 = keep 2 of dart(*)
  (dil_conv_3, 10, 2)
  return concat(s2..s10)
}
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }
network cifar: darts_cifar { layers: 3 }
