nas 1
# `DARTS_EXP2_RE3` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts):
# the edges of one search by DARTS, each multiplied by 0.99 or 0.01.
# That code keeps every state twice, so that later sources shift; this is the network that its list says.

use std.darts

cell normal(s0, s1) {
  s2 = 0.99*sep_conv_3x3(s1) + 0.01*sep_conv_3x3(s0)
  s3 = 0.99*dil_conv_3x3(s1) + 0.01*dil_conv_3x3(s2)
  s4 = 0.99*skip_connect(s0) + 0.01*skip_connect(s2)
  s5 = 0.99*dil_conv_3x3(s4) + 0.01*dil_conv_5x5(s3)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = 0.99*max_pool_3x3(s0) + 0.01*sep_conv_3x3(s1)
  s3 = 0.99*max_pool_3x3(s0) + 0.01*skip_connect(s2)
  s4 = 0.99*skip_connect(s2) + 0.01*max_pool_3x3(s0)
  s5 = 0.99*skip_connect(s2) + 0.01*skip_connect(s4)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 2890342
  require params_aux == 3366768
  require macs == 458243712
}
