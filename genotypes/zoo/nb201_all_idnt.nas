nas 1
# NAS-Bench-201 (Dong and Yang, ICLR 2020), all edges identities.
# |skip_connect~0|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|skip_connect~2|

use std.nasbench201

cell normal(s0) {
  s1 = skip_connect(s0)
  s2 = skip_connect(s0) + skip_connect(s1)
  s3 = skip_connect(s0) + skip_connect(s1) + skip_connect(s2)
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
