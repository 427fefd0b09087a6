nas 1
# A search like that of P-DARTS: in stages, each in a deeper network and with fewer operations on every edge. Change it:
#   nasc check NAME.nas                     how large is it?
#   nasc search NAME.nas --data digits      writes RUN/genotype.nas, and what each stage begins with to RUN/stages
#   nasc train RUN/genotype.nas --data digits

use std.darts  # operations, operation sets and skeletons of DARTS

# A cell reads the outputs of the two cells before it. Each state keeps the two best of its edges.
cell normal(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

# Placed with /2 below: it halves the picture and doubles the width.
cell reduce(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

# The first stage has `layers` cells. Behind identities stands a dropout called `skip`; the search sets its rate.
network search: pdarts_search { channels: 16  layers: 5 }

# At most two identities stay in a normal cell: the search keeps to what is required here.
network cifar: darts_cifar {
  channels: 36
  layers: 20
  require count(skip_connect, normal) <= 2
}

# Settings that are left out have the published values; `nasc search --set epochs=5` overrides them.
search pdarts {
  network: search
  epochs: 25  # in each of the stages
  batch: 96
  add_layers: (0, 6, 12)    # three stages, of 5, 11 and 17 cells
  drop: (3, 2)              # operations taken from every edge behind the first and the second stage
  dropout: (0.1, 0.4, 0.7)  # against too many identities, in each stage
}

train {
  network: cifar
  epochs: 600
  batch: 128
  drop_path: 0.3
}
