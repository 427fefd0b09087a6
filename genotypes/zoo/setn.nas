nas 1
# SETN (Dong and Yang, ICCV 2019), as AutoDL-Projects has it; its ImageNet network has the last batch-norm.
# published: CIFAR-10 test error 2.69 %, 4.6 M params (paper, from memory)

use std.darts

cell normal(s0, s1) {
  s2 = skip_connect(s0) + sep_conv_5x5(s1)
  s3 = sep_conv_5x5(s0) + sep_conv_3x3(s1)
  s4 = sep_conv_5x5(s1) + sep_conv_5x5(s3)
  s5 = max_pool_3x3(s1) + conv_3x1_1x3(s4)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_5x5(s1)
  s3 = avg_pool_3x3(s0) + sep_conv_5x5(s1)
  s4 = avg_pool_3x3(s0) + sep_conv_5x5(s1)
  s5 = avg_pool_3x3(s0) + skip_connect(s1)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 4619206
  require params_aux == 5095632
  require macs == 722392704
}

network imagenet: pdarts_imagenet {
  channels: 58
  layers: 8
  require params == 5340451
  require params_aux == 6623243
  require macs == 599748768
}
