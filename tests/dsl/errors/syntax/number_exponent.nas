nas 1
use std.darts

network cifar: darts_cifar {}
train { network: cifar  weight_decay: 3e-1000  epochs: 600 }
# 5:39
