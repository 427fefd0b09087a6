nas 1
use std.darts

network cifar: darts_cifar {}
train { network: cifar  warmup: 5s  epochs: 600 }
# 5:33
