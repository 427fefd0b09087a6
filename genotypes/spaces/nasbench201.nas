nas 1
# The space of NAS-Bench-201 (Dong and Yang, ICLR 2020): 15,625 cells of three states, all edges present, `none`
# among the five operations of each.

use std.nasbench201

cell normal(s0) {
  s1..s3 = nasbench201(*)
  return s3
}

# The authors' shared-weight network has 6,720 params more: the biases of the convolutions that it searches.
network cifar: nasbench201 {
  channels: 16
  layers: 17
  require params == 1686106
  require params >= 73306
  require params <= 1531546
}

# The values of the authors' code, AutoDL-Projects; `leak: on` adds what it is said to do by mistake.
search gdas {
  network: cifar
  epochs: 250
  batch: 64
  tau: (10, 0.1)
  nesterov: on
  weight_decay: 5e-4
}

train { network: cifar }
