nas 1
use std.darts

network cifar: {
  channels: 36
}
# 4:16
