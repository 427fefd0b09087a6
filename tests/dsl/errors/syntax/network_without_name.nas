nas 1
use std.darts

network: darts_cifar {
  channels: 36
}
# 4:8
