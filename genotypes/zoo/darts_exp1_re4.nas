nas 1
# `DARTS_EXP1_RE4` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts):
# the edges of one search by DARTS, each multiplied by 0.9 or 0.1.
# That code keeps every state twice, so that later sources shift; this is the network that its list says.

use std.darts

cell normal(s0, s1) {
  s2 = 0.9*skip_connect(s0) + 0.1*sep_conv_3x3(s1)
  s3 = 0.9*dil_conv_3x3(s2) + 0.1*sep_conv_3x3(s0)
  s4 = 0.9*dil_conv_3x3(s3) + 0.1*skip_connect(s0)
  s5 = 0.9*dil_conv_5x5(s4) + 0.1*dil_conv_3x3(s3)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = 0.9*avg_pool_3x3(s0) + 0.1*skip_connect(s1)
  s3 = 0.9*skip_connect(s2) + 0.1*max_pool_3x3(s0)
  s4 = 0.9*skip_connect(s2) + 0.1*skip_connect(s3)
  s5 = 0.9*skip_connect(s2) + 0.1*avg_pool_3x3(s0)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 2860102
  require params_aux == 3336528
  require macs == 455091840
}
