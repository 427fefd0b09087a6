nas 1
# The space of GDAS with the fixed reduction cell (Dong and Yang, CVPR 2019): the normal cell alone is searched.

use std.gdas

cell normal(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

network search: gdas_search {
  channels: 16
  layers: 8
  cells: normal*, frc/2, normal*, frc/2, normal*
  require params == 1341946
}

network cifar: gdas_cifar {
  channels: 36
  layers: 20
  cells: normal*, frc/2, normal*, frc/2, normal*
}

network imagenet: gdas_imagenet {
  channels: 52
  layers: 14
  cells: normal*, frc/2, normal*, frc/2, normal*
}

search gdas { network: search }
train cifar10_gdas_cut { network: cifar }
