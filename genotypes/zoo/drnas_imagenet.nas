nas 1
# DrNAS, found on ImageNet (Chen, Wang, Cheng, Tang and Hsieh, ICLR 2021).

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s1) + sep_conv_3x3(s0)
  s3 = sep_conv_3x3(s0) + sep_conv_3x3(s1)
  s4 = sep_conv_3x3(s0) + dil_conv_3x3(s3)
  s5 = skip_connect(s0) + sep_conv_3x3(s1)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) + sep_conv_3x3(s1)
  s3 = sep_conv_3x3(s0) + skip_connect(s2)
  s4 = sep_conv_3x3(s0) + sep_conv_3x3(s2)
  s5 = sep_conv_3x3(s3) + sep_conv_3x3(s1)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 4048750
  require params_aux == 4525176
  require macs == 617938560
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 5726368
  require params_aux == 6987144
  require macs == 624405504
}
