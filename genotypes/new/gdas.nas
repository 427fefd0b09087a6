nas 1
# A search space for GDAS: a step runs one sampled operation of every edge, and so costs a fraction of one by DARTS.
# Change it, then:
#   nasc check NAME.nas                     how large is it?
#   nasc search NAME.nas --data digits      writes RUN/genotype.nas
#   nasc train RUN/genotype.nas --data digits

use std.gdas  # operations and sets of DARTS; the skeletons of GDAS and its fixed reduction cell `frc`

# Each state s2..s5 keeps the two best of its edges; `*` is one edge from every state before it.
cell normal(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

# Placed with /2 below: it halves the picture and doubles the width. To search the normal cell alone, leave this one out
# and give both networks the line
#   cells: normal*, frc/2, normal*, frc/2, normal*
cell reduce(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

# The shared-weight network that is searched, and the network that the result is trained in.
network search: gdas_search { channels: 16  layers: 8 }
network cifar: gdas_cifar { channels: 36  layers: 20 }

# Settings that are left out have the published values; `nasc search --set epochs=5` overrides them.
search gdas {
  network: search
  epochs: 240
  batch: 128
  tau: (10, 1)   # how evenly gradients are spread over operations, at the start and at the end
  per_cell: off  # on: every cell of the stack draws its own sample
}

train {
  network: cifar
  epochs: 600
  batch: 96
}
