nas 1
# `DARTS_EXP2_RE1` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts):
# the edges of one search by DARTS, each multiplied by the strengths that the search gave them.
# That code keeps every state twice, so that later sources shift; this is the network that its list says.

use std.darts

cell normal(s0, s1) {
  s2 = 0.2777*sep_conv_3x3(s1) + 0.2562*sep_conv_3x3(s0)
  s3 = 0.2619*dil_conv_3x3(s1) + 0.2521*dil_conv_3x3(s2)
  s4 = 0.3661*skip_connect(s0) + 0.2936*skip_connect(s2)
  s5 = 0.2966*dil_conv_3x3(s4) + 0.2533*dil_conv_5x5(s3)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = 0.2234*max_pool_3x3(s0) + 0.1629*sep_conv_3x3(s1)
  s3 = 0.2241*max_pool_3x3(s0) + 0.2205*skip_connect(s2)
  s4 = 0.28*skip_connect(s2) + 0.2083*max_pool_3x3(s0)
  s5 = 0.2475*skip_connect(s2) + 0.2225*skip_connect(s4)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 2890342
  require params_aux == 3366768
  require macs == 458243712
}
