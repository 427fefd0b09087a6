nas 1
# GDAS (FRC) (Dong and Yang, CVPR 2019): the normal cell searched beside the fixed reduction cell. Also `DMS_F1`.
# published: CIFAR-10 test error 2.82 %, CIFAR-100 18.13 %, 2.5 M params; ImageNet top-1 error 27.5 %, 4.4 M, 497 M MACs

use std.gdas

cell normal(s0, s1) {
  s2 = skip_connect(s0) @0.16 + skip_connect(s1) @0.13
  s3 = skip_connect(s0) @0.17 + sep_conv_3x3(s2) @0.15
  s4 = skip_connect(s0) @0.17 + sep_conv_3x3(s2) @0.15
  s5 = skip_connect(s0) @0.16 + sep_conv_3x3(s2) @0.15
  return concat(s2..s5)
}

network cifar: gdas_cifar {
  channels: 36
  layers: 20
  cells: normal*, frc/2, normal*, frc/2, normal*
  require params == 2543014
  require params_aux == 3019440
  require macs == 402781824
}

network imagenet: gdas_imagenet {
  channels: 52
  layers: 14
  cells: normal*, frc/2, normal*, frc/2, normal*
  require params == 4430386
  require params_aux == 5699354
  require macs == 496733952
}
