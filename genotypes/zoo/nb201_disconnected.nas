nas 1
# NAS-Bench-201 (Dong and Yang, ICLR 2020), all edges `none`: nothing reaches the output of a cell.
# It is a point of the space, and the authors' code calls it invalid.
# |none~0|+|none~0|none~1|+|none~0|none~1|none~2|

use std.nasbench201

cell normal(s0) {
  s1 = none(s0)
  s2 = none(s0) + none(s1)
  s3 = none(s0) + none(s1) + none(s2)
  return s3
}

network cifar: nasbench201 {
  channels: 16
  layers: 17
  require params == 73306
  require macs == 7783040
}

network cifar100: nasbench201 {
  channels: 16
  layers: 17
  classes: 100
  require params == 79156
}
