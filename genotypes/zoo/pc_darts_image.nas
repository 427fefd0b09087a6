nas 1
# PC-DARTS, found on ImageNet (Xu, Xie, Zhang, Chen, Qi, Tian and Xiong, ICLR 2020).
# published: ImageNet top-1 error 24.2 %, top-5 7.3 %, 5.3 M params, 597 M FLOPs
# differs: the 597 M also count batch-norms, ReLUs and pools; MACs of convolutions and linear layers are 581.6 M

use std.darts

cell normal(s0, s1) {
  s2 = skip_connect(s1) + sep_conv_3x3(s0)
  s3 = sep_conv_3x3(s0) + skip_connect(s1)
  s4 = sep_conv_3x3(s1) + sep_conv_3x3(s3)
  s5 = sep_conv_3x3(s1) + dil_conv_5x5(s4)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = sep_conv_3x3(s0) + skip_connect(s1)
  s3 = dil_conv_5x5(s2) + max_pool_3x3(s1)
  s4 = sep_conv_3x3(s2) + sep_conv_3x3(s1)
  s5 = sep_conv_5x5(s0) + sep_conv_3x3(s3)
  return concat(s2..s5)
}

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params == 3721510
  require params_aux == 4197936
  require macs == 570466944
}

network imagenet: darts_imagenet {
  channels: 48
  layers: 14
  require params == 5342464
  require params_aux == 6603240
  require macs == 581627328
}

train cifar10_pcdarts { network: cifar }
train imagenet_pcdarts { network: imagenet }
