nas 1
# P-DARTS, found on CIFAR-10 (Chen, Xie, Wu and Tian, ICCV 2019).
# published: CIFAR-10 test error 2.50 %, CIFAR-100 16.55 %, 3.4 M params
# published: ImageNet top-1 error 24.4 %, top-5 7.4 %, 4.9 M params, 557 M FLOPs
# differs: the 557 M also count batch-norms, ReLUs and pools; MACs of convolutions and linear layers are 542.8 M

use std.darts

cell normal(s0, s1) {
  s2 = skip_connect(s0) + dil_conv_3x3(s1)
  s3 = skip_connect(s0) + sep_conv_3x3(s1)
  s4 = sep_conv_3x3(s1) + sep_conv_3x3(s3)
  s5 = sep_conv_3x3(s0) + dil_conv_5x5(s4)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = avg_pool_3x3(s0) + sep_conv_5x5(s1)
  s3 = sep_conv_3x3(s0) + dil_conv_5x5(s2)
  s4 = max_pool_3x3(s0) + dil_conv_3x3(s1)
  s5 = dil_conv_3x3(s1) + dil_conv_5x5(s3)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3433798
  require params_aux == 3910224
  require macs == 532174464
}

network imagenet: pdarts_imagenet {
  channels: 48
  layers: 14
  require params == 4944352
  require params_aux == 6206664
  require macs == 542819328
}

train cifar10_pdarts { network: cifar }
