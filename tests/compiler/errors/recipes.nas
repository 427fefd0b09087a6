use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network cifar: darts_cifar { layers: 3 }
search {}
search dart {}
search magic {}
search darts { order: 3  split: 150%  epochs: 2.5  batch: 0  lr: fast  strength_betas: 0.5  network: cifr }
search darts { epochs: 5  epochs: 6  eppochs: 7  strength_betas: (0.5, 1.5)  strength_lr: -1  network: 3 }
search darts { split: 50%  strength_betas: (50%, 0.999)  lr: 1e-3  strength_betas: (a, b) }
train darts_cifr {}
train magic { epochs: many }
train { networks: cifar  dropout: 0.3  drop_path: 1  auxiliary: off  epochs: 600K  network: darts_cifar }
train { network: "cifar"  momentum: 100%  label_smoothing: (0.1, 0.2) }
