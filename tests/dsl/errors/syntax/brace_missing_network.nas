nas 1
use std.darts

network cifar: darts_cifar {
  channels: 36
  layers: 8

network imagenet: darts_imagenet {
  channels: 48
}
# 8:1
