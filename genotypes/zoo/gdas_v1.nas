nas 1
# GDAS (Dong and Yang, CVPR 2019): both cells searched. Also `DMS_V1` of its first code.
# published: CIFAR-10 test error 2.93 %, CIFAR-100 18.38 %, 3.4 M params; ImageNet top-1 error 26.0 %, 5.3 M, 581 M MACs

use std.gdas

cell normal(s0, s1) {
  s2 = skip_connect(s0) @0.1302 + skip_connect(s1) @0.1295
  s3 = skip_connect(s0) @0.1306 + sep_conv_5x5(s2) @0.1298
  s4 = sep_conv_3x3(s3) @0.1292 + skip_connect(s0) @0.129
  s5 = sep_conv_5x5(s4) @0.1294 + sep_conv_3x3(s3) @0.1289
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
  require params == 3368782
  require params_aux == 3845208
  require macs == 519428736
}

network imagenet: gdas_imagenet {
  channels: 50
  layers: 14
  require params == 5345075
  require params_aux == 6609947
  require macs == 581009000
}
