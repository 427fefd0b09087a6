nas 1
# DrNAS, found on CIFAR-10 (Chen, Wang, Cheng, Tang and Hsieh, ICLR 2021).
# published: CIFAR-10 test error 2.46 ± 0.03 %, 4.1 M params

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_5x5(s1)
  s3 = sep_conv_3x3(s1) + sep_conv_3x3(s2)
  s4 = skip_connect(s0) + sep_conv_3x3(s1)
  s5 = sep_conv_3x3(s2) + dil_conv_5x5(s3)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) + sep_conv_5x5(s1)
  s3 = dil_conv_5x5(s2) + sep_conv_5x5(s1)
  s4 = sep_conv_5x5(s1) + dil_conv_5x5(s3)
  s5 = skip_connect(s4) + sep_conv_5x5(s1)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 4099294
  require params_aux == 4575720
  require macs == 635135616
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 5738464
  require params_aux == 6999240
  require macs == 633832320
}
