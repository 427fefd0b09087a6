nas 1
# The cells of ENAS (Pham, Guan, Zoph, Le and Dean, ICML 2018), as GDAS and FairDARTS have them, in DARTS networks.
# published: CIFAR-10 test error 2.89 %, 4.6 M params
# differs: those are of its own network, of other width and depth; FairDARTS counts this one as 4.02 M params

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s1) + skip_connect(s1)
  s3 = sep_conv_5x5(s1) + skip_connect(s0)
  s4 = avg_pool_3x3(s0) + sep_conv_3x3(s1)
  s5 = sep_conv_3x3(s0) + avg_pool_3x3(s1)
  s6 = sep_conv_5x5(s1) + avg_pool_3x3(s0)
  return concat(s2..s6)
}

cell reduce(s0, s1) {
  s2 = sep_conv_5x5(s0) + sep_conv_3x3(s1)
  s3 = sep_conv_3x3(s1) + avg_pool_3x3(s1)
  s4 = sep_conv_3x3(s1) + avg_pool_3x3(s1)
  s5 = avg_pool_3x3(s1) + sep_conv_5x5(s4)
  s6 = sep_conv_3x3(s5) + sep_conv_5x5(s0)
  return concat(s2..s6)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 4020166
  require params_aux == 4515024
  require macs == 622142496
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 5908768
  require params_aux == 7194120
  require macs == 630336384
}
