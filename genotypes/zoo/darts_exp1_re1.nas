nas 1
# `DARTS_EXP1_RE1` of the code of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, folder darts):
# the edges of one search by DARTS, each multiplied by the strengths that the search gave them.
# That code keeps every state twice, so that later sources shift; this is the network that its list says.

use std.darts

cell normal(s0, s1) {
  s2 = 0.2386*skip_connect(s0) + 0.234*sep_conv_3x3(s1)
  s3 = 0.3028*dil_conv_3x3(s2) + 0.2745*sep_conv_3x3(s0)
  s4 = 0.3016*dil_conv_3x3(s3) + 0.2737*skip_connect(s0)
  s5 = 0.3499*dil_conv_5x5(s4) + 0.2212*dil_conv_3x3(s3)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = 0.2173*avg_pool_3x3(s0) + 0.1925*skip_connect(s1)
  s3 = 0.2302*skip_connect(s2) + 0.186*max_pool_3x3(s0)
  s4 = 0.3068*skip_connect(s2) + 0.2695*skip_connect(s3)
  s5 = 0.269*skip_connect(s2) + 0.2323*avg_pool_3x3(s0)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 2860102
  require params_aux == 3336528
  require macs == 455091840
}
