nas 1
# pt.darts (khanrc, README), found on MNIST.
# published: MNIST accuracy 99.75 %, best 99.81 %

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + dil_conv_5x5(s1)
  s3 = sep_conv_3x3(s2) + sep_conv_3x3(s1)
  s4 = dil_conv_5x5(s3) + sep_conv_3x3(s1)
  s5 = sep_conv_5x5(s4) + dil_conv_5x5(s3)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = dil_conv_3x3(s0) + sep_conv_3x3(s1)
  s3 = avg_pool_3x3(s0) + skip_connect(s2)
  s4 = dil_conv_5x5(s3) + avg_pool_3x3(s0)
  s5 = dil_conv_3x3(s1) + max_pool_3x3(s0)
  return concat(s2..s5)
}

network mnist: ptdarts_mnist {
  channels: 36
  layers: 20
  require params == 3974446
  require params_aux == 4450872
  require macs == 480074832
}
