nas 1
# PC-DARTS, found on CIFAR-10 (Xu, Xie, Zhang, Chen, Qi, Tian and Xiong, ICLR 2020). Also `PCDARTS` of its code.
# published: CIFAR-10 test error 2.57 ± 0.07 %, 3.6 M params; ImageNet top-1 error 25.1 %, 5.3 M params, 586 M FLOPs
# differs: the 586 M also count batch-norms, ReLUs and pools; MACs of convolutions and linear layers are 571.1 M

use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s1) + skip_connect(s0)
  s3 = sep_conv_3x3(s0) + dil_conv_3x3(s1)
  s4 = sep_conv_5x5(s0) + sep_conv_3x3(s1)
  s5 = avg_pool_3x3(s0) + dil_conv_3x3(s1)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = sep_conv_5x5(s1) + max_pool_3x3(s0)
  s3 = sep_conv_5x5(s1) + sep_conv_5x5(s2)
  s4 = sep_conv_3x3(s0) + sep_conv_3x3(s3)
  s5 = sep_conv_3x3(s1) + sep_conv_3x3(s2)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3634678
  require params_aux == 4111104
  require macs == 556670592
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 5270560
  require params_aux == 6531336
  require macs == 571137408
}

train cifar10_pcdarts { network: cifar }
train imagenet_pcdarts { network: imagenet }
