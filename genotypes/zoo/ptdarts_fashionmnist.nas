nas 1
# pt.darts (khanrc, README), found on Fashion-MNIST.
# published: Fashion-MNIST accuracy 99.27 %, best 99.39 %

use std.darts

cell normal(s0, s1) {
  s2 = max_pool_3x3(s0) + dil_conv_5x5(s1)
  s3 = max_pool_3x3(s0) + sep_conv_3x3(s1)
  s4 = sep_conv_5x5(s1) + sep_conv_3x3(s3)
  s5 = sep_conv_5x5(s4) + dil_conv_5x5(s3)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = sep_conv_3x3(s1) + avg_pool_3x3(s0)
  s3 = avg_pool_3x3(s0) + skip_connect(s2)
  s4 = skip_connect(s3) + avg_pool_3x3(s0)
  s5 = sep_conv_3x3(s2) + skip_connect(s3)
  return concat(s2..s5)
}

network fashion_mnist: ptdarts_mnist {
  channels: 36
  layers: 20
  require params == 3433150
  require params_aux == 3909576
  require macs == 419386176
}
