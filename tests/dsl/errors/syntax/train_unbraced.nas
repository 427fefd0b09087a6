nas 1
use std.darts

network cifar: darts_cifar {}
train cifar
  epochs: 600
  batch: 96
# 5:12
