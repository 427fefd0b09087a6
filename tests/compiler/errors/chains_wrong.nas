use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network a: darts_cifar { preprocess: relu_conv_bn(1)  layers: 3 }
skeleton unused: darts_cifar { stem: conv(3) -> bnn  edge: operation(out=C/4, k=3) }
skeleton other: darts_cifar { stem: operation -> bn  state: operation  edge: sum  head: stem }
skeleton empty: darts_cifar { edge: drop_path  state: drop_path }
network b: empty { layers: 3 }
