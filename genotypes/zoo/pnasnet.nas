nas 1
# PNASNet-5 (Liu et al., ECCV 2018), as the code of GDAS has it, in the networks of DARTS.
# published: CIFAR-10 test error 3.41 %, 3.2 M params; ImageNet top-1 error 25.8 %, 5.1 M params, 588 M MACs
# differs: those are of its own networks, of other width, depth and stem

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_5x5(s0) + max_pool_3x3(s0)
  s3 = sep_conv_7x7(s1) + max_pool_3x3(s1)
  s4 = sep_conv_5x5(s1) + sep_conv_3x3(s1)
  s5 = sep_conv_3x3(s4) + max_pool_3x3(s1)
  s6 = sep_conv_3x3(s0) + skip_connect(s1)
  return concat(s2..s6)
}

cell reduce(s0, s1) {
  s2 = sep_conv_5x5(s0) + max_pool_3x3(s0)
  s3 = sep_conv_7x7(s1) + max_pool_3x3(s1)
  s4 = sep_conv_5x5(s1) + sep_conv_3x3(s1)
  s5 = sep_conv_3x3(s4) + max_pool_3x3(s1)
  s6 = sep_conv_3x3(s0) + skip_connect(s1)
  return concat(s2..s6)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 4481110
  require params_aux == 4975968
  require macs == 706026528
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 6394912
  require params_aux == 7680264
  require macs == 696738048
}
