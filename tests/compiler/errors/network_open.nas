use std.darts
cell normal(s0, s1) {
  s2 = keep 1 of darts(*) + skip_connect(s0)
  s3 = {sep_conv_3x3 | skip_connect}(s2)
  return concat(s2..s3)
}
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }
network cifar: darts_cifar {
  channels: 4  layers: 3
  require params == 10
  require params <= 10
  require count(skip_connect, normal) <= 0
  require depth(reduce) >= 5
}
