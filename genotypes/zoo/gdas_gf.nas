nas 1
# GDAS (Dong and Yang, CVPR 2019), table 5, GDAS-N + FIX-R: the normal cell of GDAS_V1, the fixed reduction cell.
# Also `GDAS_CC` of its first code.
# published: CIFAR-10 test error 2.87 %, 3.0 M params

use std.gdas

cell normal(s0, s1) {
  s2 = skip_connect(s0) @0.1302 + skip_connect(s1) @0.1295
  s3 = skip_connect(s0) @0.1306 + sep_conv_5x5(s2) @0.1298
  s4 = sep_conv_3x3(s3) @0.1292 + skip_connect(s0) @0.129
  s5 = sep_conv_5x5(s4) @0.1294 + sep_conv_3x3(s3) @0.1289
  return concat(s2..s5)
}

network cifar: gdas_cifar {
  channels: 36
  layers: 20
  cells: normal*, frc/2, normal*, frc/2, normal*
  require params == 2999638
  require params_aux == 3476064
  require macs == 482297472
}

network imagenet: gdas_imagenet {
  channels: 52
  layers: 14
  cells: normal*, frc/2, normal*, frc/2, normal*
  require params == 5009874
  require params_aux == 6278842
  require macs == 571013248
}
