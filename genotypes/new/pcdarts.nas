nas 1
# A search like that of PC-DARTS: a quarter of the channels takes part, and edges have weights of their own. Change it:
#   nasc check NAME.nas                     how large is it?
#   nasc search NAME.nas --data digits      writes RUN/genotype.nas
#   nasc train RUN/genotype.nas --data digits

use std.darts  # operations, operation sets and skeletons of DARTS

# A cell reads the outputs of the two cells before it. Each state keeps the two best of its edges; an edge counts as its
# best operation times its own weight.
cell normal(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

# Placed with /2 below: it halves the picture and doubles the width.
cell reduce(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

# The skeleton says what is searched in; written out, it is
#   edge: [take(0, C/4) -> operation(out=C/4), take(C/4, C) -> bypass] -> shuffle(4) -> edge_weight
# A quarter of the channels must be a whole number, so `channels` is a multiple of 4.
network search: pcdarts_search { channels: 16  layers: 8 }
network cifar: darts_cifar { channels: 36  layers: 20 }

# Settings that are left out have the published values; `nasc search --set epochs=5` overrides them.
search pcdarts {
  network: search
  epochs: 50
  batch: 256
  weights_alone: 15  # the strengths begin to move behind these epochs
}

train {
  network: cifar
  epochs: 600
  batch: 96
  drop_path: 0.3
}
