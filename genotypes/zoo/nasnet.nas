nas 1
# NASNet-A (Zoph, Vasudevan, Shlens and Le, CVPR 2018), in the networks of DARTS.
# published: CIFAR-10 test error 2.65 %, 3.3 M params; ImageNet top-1 error 26.0 %, 5.3 M params, 564 M MACs
# differs: those are of its own networks, of other width, depth and stem; FairDARTS counts this one as 3.83 M, 608 M

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_5x5(s1) + sep_conv_3x3(s0)
  s3 = sep_conv_5x5(s0) + sep_conv_3x3(s0)
  s4 = avg_pool_3x3(s1) + skip_connect(s0)
  s5 = avg_pool_3x3(s0) + avg_pool_3x3(s0)
  s6 = sep_conv_3x3(s1) + skip_connect(s1)
  return concat(s2..s6)
}

cell reduce(s0, s1) {
  s2 = sep_conv_5x5(s1) + sep_conv_7x7(s0)
  s3 = max_pool_3x3(s1) + sep_conv_7x7(s0)
  s4 = avg_pool_3x3(s1) + sep_conv_5x5(s0)
  s5 = skip_connect(s3) + avg_pool_3x3(s2)
  s6 = sep_conv_3x3(s2) + max_pool_3x3(s1)
  return concat(s4..s6)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3830950
  require params_aux == 4288944
  require macs == 603452448
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 5564320
  require params_aux == 6800520
  require macs == 604031616
}
