nas 1
# EDNAS (Lee, Kim and Han, 2019), found on ImageNet.
# published: ImageNet top-1 error 26.9 %, top-5 8.9 %, 4.7 M params, 3.67 GPU days of search (README)

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_5x5(s0) + dil_conv_5x5(s1)
  s3 = skip_connect(s0) + sep_conv_3x3(s1)
  s4 = max_pool_3x3(s1) + dil_conv_3x3(s3)
  s5 = sep_conv_5x5(s1) + max_pool_3x3(s3)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = sep_conv_5x5(s0) + sep_conv_3x3(s1)
  s3 = dil_conv_3x3(s0) + sep_conv_3x3(s2)
  s4 = sep_conv_3x3(s0) + avg_pool_3x3(s2)
  s5 = avg_pool_3x3(s0) + dil_conv_5x5(s1)
  return concat(s2..s5)
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 4707616
  require params_aux == 5968392
  require macs == 518866560
}

train imagenet_ednas { network: imagenet }
