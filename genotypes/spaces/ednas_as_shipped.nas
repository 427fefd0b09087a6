nas 1
# The space that the code of EDNAS (Lee, Kim and Han, 2019) searches on ImageNet: five states in a cell,
# where its README and its genotype have four (`ednas_on_imagenet`).

use std.darts

cell normal(s0, s1) {
  s2..s6 = keep 2 of darts_without_none(*)
  return concat(s2..s6)
}

cell reduce(s0, s1) {
  s2..s6 = keep 2 of darts_without_none(*)
  return concat(s2..s6)
}

network search: ednas_imagenet_search {
  channels: 48
  layers: 8
  require params == 21608944
}

network imagenet: darts_imagenet { channels: 48  layers: 14 }

# The values of the authors' code, on one GPU. On G of them `batch`, `policy_batch` and `lr` are G times these, and
# `warm_up_from` is 1 / G.
search ednas {
  network: search
  epochs: 50
  batch: 200
  policy_batch: 50
  hold: 20  # batches under one sample
  at_random: on
  schedule: steps
  milestones: (10, 20, 30, 40)
  factors: (0.5, 0.1, 0.01, 0.001)  # the README says a tenth at each
  warm_up: 5
  warm_up_from: 1
  lr: 0.05
  nesterov: off
  weight_decay: 3e-5
  clip: 0
  jitter: (0.4, 0.4, 0.4, 0.2)
}

train imagenet_ednas { network: imagenet }
