nas 1
use std.darts

network cifar: darts_cifar {}
train { network: cifar  dropout: 50 %  epochs: 600 }
# 5:37
