nas 1
# AmoebaNet-A (Real, Aggarwal, Huang and Le, AAAI 2019), in the networks of DARTS.
# published: CIFAR-10 test error 3.34 %, 3.2 M params; ImageNet top-1 error 25.5 %, 5.1 M params, 555 M MACs
# differs: those are of its own networks, of other width, depth and stem

use std.darts

cell normal(s0, s1) {
  s2 = avg_pool_3x3(s0) + max_pool_3x3(s1)
  s3 = sep_conv_3x3(s0) + sep_conv_5x5(s2)
  s4 = sep_conv_3x3(s0) + avg_pool_3x3(s3)
  s5 = sep_conv_3x3(s1) + skip_connect(s1)
  s6 = skip_connect(s0) + avg_pool_3x3(s1)
  return concat(s4..s6)
}

cell reduce(s0, s1) {
  s2 = avg_pool_3x3(s0) + sep_conv_3x3(s1)
  s3 = max_pool_3x3(s0) + sep_conv_7x7(s2)
  s4 = sep_conv_7x7(s0) + avg_pool_3x3(s1)
  s5 = max_pool_3x3(s0) + max_pool_3x3(s1)
  s6 = conv_7x1_1x7(s0) + sep_conv_3x3(s5)
  return concat(s3, s4, s6)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3145078
  require params_aux == 3603072
  require macs == 488931552
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4627360
  require params_aux == 5863560
  require macs == 526746624
}
