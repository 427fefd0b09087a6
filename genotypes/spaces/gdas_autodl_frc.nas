nas 1
# The space `gdas_autodl` with the fixed reduction cell: the normal cell alone is searched.

use std.gdas

cell normal(s0, s1) {
  s2..s5 = keep 2 of autodl(*)
  return concat(s2..s5)
}

network search: autodl_search {
  channels: 16
  layers: 6
  cells: normal*, frc/2, normal*, frc/2, normal*
  require params == 744570
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
