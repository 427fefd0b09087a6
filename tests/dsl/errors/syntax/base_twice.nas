nas 1
use std.darts

network a: b: c {
  channels: 36
}
# 4:13
