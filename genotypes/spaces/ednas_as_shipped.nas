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

# Learning rates fall by a cosine; those of the code fall in steps, at epochs 10, 20, 30 and 40.
search ednas {
  network: search
  epochs: 50
  batch: 200
  policy_batch: 50
  hold: 20
  nesterov: off
  weight_decay: 3e-5
  clip: 0
}

train imagenet_ednas { network: imagenet }
