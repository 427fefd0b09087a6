nas 1
use std.darts

cell normal(s0 s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_3x3(s1
  s3 sep_conv_3x3(s0)
  s4 = skip_connect[s0] + dil_conv_3x3(s2)
  s5 = keep 2 darts(*)
  retrun concat(s2..s5)
}

op block(k) = relu => conv(k) -> bn

netwrok cifar: darts_cifar {
  channels = 36
  cells: normal*6 reduce/2, normal*6
  require params < 4M
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0);
  s3 = max_pool_3x3(s0) max_pool_3x3(s1)
}

train { network: cifar  warmup: 5s  epochs: 600 }
# 4:16 5:42 6:6 7:20 8:15 9:3 12:20 14:1 15:12 16:19 17:18 21:24 22:25 23:1 25:33
