use std.darts
op a = relu -> convv(3) -> bn
op b(k) = relu -> cnv(k) -> (identity + seq_conv(k))
network cifar: darts_cifar {
  op skip_connect = identitiy
  stem: conv(3) -> batchnorm
  edge: opertion -> drop_path
  state: sum -> warp
  cells: normal*3, reduce/2
}
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }
