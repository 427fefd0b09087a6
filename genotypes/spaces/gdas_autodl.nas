nas 1
# The space of GDAS (Dong and Yang, CVPR 2019) as the authors' later code, AutoDL-Projects, searches it: six cells.

use std.gdas

cell normal(s0, s1) {
  s2..s5 = keep 2 of autodl(*)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2..s5 = keep 2 of autodl(*)
  return concat(s2..s5)
}

network search: autodl_search {
  channels: 16
  layers: 6
  require params == 1343034
}

network cifar: gdas_cifar {
  channels: 36
  layers: 20
}

network imagenet: gdas_imagenet {
  channels: 50
  layers: 14
}

# The values of the authors' code, AutoDL-Projects. It clips the gradients of weights and strengths together, in which
# those of the strengths are left over from the step before; here those of the weights are clipped.
search gdas {
  network: search
  epochs: 250
  batch: 256
  tau: (10, 0.1)
  nesterov: on
  weight_decay: 5e-4
}

train cifar10_gdas_cut { network: cifar }
