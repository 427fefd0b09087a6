nas 1
use std.darts

network cifar darts_cifar {
  channels: 36
}
# 4:15
