nas 1
# Random search over a space like that of DARTS: the baseline that a search has to beat. Change it, then:
#   nasc check NAME.nas                     how large is it?
#   nasc search NAME.nas --data digits      writes RUN/genotype.nas
#   nasc train RUN/genotype.nas --data digits

use std.darts  # operations, operation sets and skeletons of DARTS

# Each state s2..s5 keeps two of its edges; `*` is one edge from every state before it.
cell normal(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

# Placed with /2 below: it halves the picture and doubles the width.
cell reduce(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

# The shared-weight network that is searched, and the network that the result is trained in. What this one requires
# is kept to: other genotypes are not even looked at.
network search: darts_search { channels: 16  layers: 8 }

network cifar: darts_cifar {
  channels: 36
  layers: 20
  require params <= 4M
}

# The shared weights are trained on uniform samples for all of the epochs; then so many genotypes are drawn, and the
# one that is best on the same validation batches is written. `score: training` trains each on its own instead.
search random {
  network: search
  epochs: 50
  batch: 64
  samples: 1000
  score_batches: 10
}

train {
  network: cifar
  epochs: 600
  batch: 96
}
