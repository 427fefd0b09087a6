nas 1
use std.darts

network cifar: darts_cifar {
  channels: : 36
  layers 20
}
# 5:13 6:10
