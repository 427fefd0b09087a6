use std.darts
op wide = conv(1, stride, out=2*C)
op flat = global_avg_pool
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

cell bad_sum(s0, s1) { s2 = wide(s0) + skip_connect(s1)  return s2 }
cell bad_set(s0, s1) { s2 = {wide | skip_connect}(s0) + none(s1)  return s2 }
cell bad_return(s0, s1) { s2 = wide(s0)  s3 = skip_connect(s1)  return sum(s2, s3) }
cell bad_flat(s0, s1) { s2 = flat(s0)  s3 = sep_conv_3x3(s2) + none(s1)  return s3 }
network a: darts_cifar { cells: bad_sum }
network b: darts_cifar { cells: bad_set }
network c: darts_cifar { cells: bad_return }
network d: darts_cifar { cells: bad_flat }
network e: darts_cifar { head: linear  layers: 3 }
network f: darts_cifar { input: 3x2x2  stem: conv(3, pad=0) -> bn  layers: 3 }
network g: darts_cifar { stem: [conv(3), conv(3, stride=2)] -> bn  layers: 3 }
network h: darts_cifar { stem: (conv(3) + conv(3, out=2*C)) -> bn  layers: 3 }
network i: darts_cifar { stem: take(0, 4) -> conv(3)  layers: 3 }
network j: darts_cifar { stem: max_pool(3, pad=2) -> conv(3)  layers: 3 }
