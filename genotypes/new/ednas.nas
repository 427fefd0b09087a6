nas 1
# A search space for EDNAS: a policy learns which edges and which operations a cell should have. Change it, then:
#   nasc check NAME.nas                     how large is it?
#   nasc search NAME.nas --data digits      writes RUN/genotype.nas
#   nasc train RUN/genotype.nas --data digits

use std.darts  # operations, operation sets and skeletons of DARTS

# Each state s2..s5 is the sum of two edges; `*` is one edge from every state before it. The policy draws the pair of
# edges first, then an operation for each of the two.
cell normal(s0, s1) {
  s2..s5 = keep 2 of darts_without_none(*)
  return concat(s2..s5)
}

# Placed with /2 below: it halves the picture and doubles the width.
cell reduce(s0, s1) {
  s2..s5 = keep 2 of darts_without_none(*)
  return concat(s2..s5)
}

# The shared-weight network that is searched, and the network that the result is trained in.
network search: darts_search { channels: 16  layers: 8 }
network cifar: darts_cifar { channels: 36  layers: 20 }

# Settings that are left out have the published values; `nasc search --set epochs=5` overrides them.
search ednas {
  network: search
  epochs: 300
  batch: 128         # pictures in a step of the weights, each under a new sample
  policy_batch: 128  # pictures that say what a sample is worth
  split: 80%         # the rest of the data trains the policy
  samples: 100       # so many are drawn at the end, and the best of them is written; 0: the most probable one
}

train {
  network: cifar
  epochs: 600
  batch: 128
}
