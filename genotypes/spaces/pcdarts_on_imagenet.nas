nas 1
# The search of PC-DARTS (Xu, Xie, Zhang, Chen, Qi, Tian and Xiong, ICLR 2020) on ImageNet: half of the channels, 10% of
# each class for the weights and 2.5% for the strengths. Every value is that of the authors' code.

use std.darts

cell normal(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

network search: pcdarts_imagenet_search {
  channels: 16
  layers: 8
  require params == 926736  # counted here; no figure of the authors is known
}

network imagenet: darts_imagenet { channels: 48  layers: 14 }

search pcdarts {
  network: search
  epochs: 50
  batch: 1024
  split: 10%
  strength_split: 2.5%
  by_class: on
  weights_alone: 35
  lr: 0.5
  lr_warm_up: 5
  strength_lr: 6e-3
  strength_clip: 5
}

train imagenet_pcdarts { network: imagenet }
