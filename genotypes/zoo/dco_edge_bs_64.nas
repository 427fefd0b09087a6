nas 1
# `DCO_EDGE_BS_64` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020), at most two operations an edge.

use std.darts

cell normal(s0, s1) {
  s2 = dil_conv_3x3(s0) + sep_conv_3x3(s0) + sep_conv_3x3(s1) + dil_conv_3x3(s1)
  s3 = max_pool_3x3(s0) + sep_conv_5x5(s0) + dil_conv_3x3(s1)
  s4 = max_pool_3x3(s0)
  s5 = dil_conv_5x5(s0)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = sep_conv_5x5(s0) + skip_connect(s0) + dil_conv_5x5(s1) + skip_connect(s1)
  s3 = skip_connect(s0) + max_pool_3x3(s0) + max_pool_3x3(s1) + sep_conv_3x3(s1) + skip_connect(s2)
     + sep_conv_5x5(s2)
  s4 = max_pool_3x3(s0) + avg_pool_3x3(s0) + dil_conv_5x5(s1) + sep_conv_3x3(s1) + sep_conv_5x5(s2)
     + skip_connect(s2) + skip_connect(s3) + sep_conv_5x5(s3)
  s5 = max_pool_3x3(s0) + avg_pool_3x3(s0) + dil_conv_5x5(s1) + dil_conv_3x3(s1) + skip_connect(s2)
     + sep_conv_5x5(s2) + sep_conv_5x5(s3) + dil_conv_5x5(s3) + dil_conv_3x3(s4) + skip_connect(s4)
  return concat(s2..s5)
}

network cifar: fairdarts_cifar {
  channels: 36
  layers: 20
  require params == 3998854
  require params_aux == 4475280
  require macs == 598474368
}

network imagenet: fairdarts_imagenet {
  channels: 48
  layers: 14
  require params == 5872096
  require params_aux == 7132872
  require macs == 621639552
}
