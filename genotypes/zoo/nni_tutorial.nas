nas 1
# The cells that the tutorial of NNI finds (Microsoft, docs/source/tutorials/darts.py).
# published: CIFAR-10 test accuracy 89.69 %, at 16 channels and 8 cells, after 100 epochs

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s1) + sep_conv_3x3(s0)
  s3 = sep_conv_3x3(s1) + sep_conv_3x3(s2)
  s4 = sep_conv_3x3(s1) + sep_conv_3x3(s0)
  s5 = sep_conv_3x3(s1) + max_pool_3x3(s0)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_3x3(s1)
  s3 = dil_conv_5x5(s2) + sep_conv_3x3(s0)
  s4 = dil_conv_5x5(s2) + sep_conv_5x5(s1)
  s5 = sep_conv_5x5(s4) + dil_conv_5x5(s2)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 4281166
  require params_aux == 4757592
  require macs == 651309696
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 6016192
  require params_aux == 7276968
  require macs == 655480128
}
