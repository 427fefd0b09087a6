nas 1
use std.darts

network cifar: darts_cifar {}
train { network: cifar  drop_path: .3  epochs: 600 }
# 5:36
