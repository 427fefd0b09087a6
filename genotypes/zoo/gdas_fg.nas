nas 1
# GDAS (Dong and Yang, CVPR 2019), table 5, FRC-N + GDAS-R: the normal cell of GDAS_F1, the reduction cell of GDAS_V1.
# published: CIFAR-10 test error 2.84 %, 2.9 M params

use std.gdas

cell normal(s0, s1) {
  s2 = skip_connect(s0) @0.16 + skip_connect(s1) @0.13
  s3 = skip_connect(s0) @0.17 + sep_conv_3x3(s2) @0.15
  s4 = skip_connect(s0) @0.17 + sep_conv_3x3(s2) @0.15
  s5 = skip_connect(s0) @0.16 + sep_conv_3x3(s2) @0.15
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = sep_conv_5x5(s0) @0.1286 + sep_conv_3x3(s1) @0.1278
  s3 = sep_conv_5x5(s2) @0.1273 + sep_conv_5x5(s1) @0.1271
  s4 = dil_conv_5x5(s2) @0.128 + sep_conv_3x3(s1) @0.1274
  s5 = sep_conv_5x5(s0) @0.1283 + sep_conv_5x5(s1) @0.1276
  return concat(s2..s5)
}

network cifar: gdas_cifar {
  channels: 36
  layers: 20
  require params == 2912158
  require params_aux == 3388584
  require macs == 439913088
}

network imagenet: gdas_imagenet {
  channels: 50
  layers: 14
  require params == 4804675
  require params_aux == 6069547
  require macs == 511468200
}
