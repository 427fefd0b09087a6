nas 1
# MdeNAS (Zheng, Ji, Tang, Zhang, Liu and Tian, ICCV 2019), as the code of FairDARTS has it.
# published: CIFAR-10 test error 2.55 %, 3.61 M params (paper, from memory)
# differs: FairDARTS counts these cells as 3.78 M, which is their count in the network of DARTS

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_5x5(s1) + sep_conv_3x3(s0)
  s3 = skip_connect(s0) + sep_conv_5x5(s1)
  s4 = sep_conv_5x5(s3) + sep_conv_3x3(s1)
  s5 = dil_conv_5x5(s3) + max_pool_3x3(s4)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) + sep_conv_5x5(s1)
  s3 = skip_connect(s0) + skip_connect(s1)
  s4 = sep_conv_3x3(s3) + skip_connect(s2)
  s5 = dil_conv_3x3(s3) + sep_conv_5x5(s0)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3783286
  require params_aux == 4259712
  require macs == 599110272
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 5325760
  require params_aux == 6586536
  require macs == 595513536
}
