nas 1
# A search space for FairDARTS: operations do not compete, so that identities do not crowd out the others.
# Change it, then:
#   nasc check NAME.nas                     how large is it?
#   nasc search NAME.nas --data digits      writes RUN/genotype.nas
#   nasc train RUN/genotype.nas --data digits

use std.darts  # operations, operation sets and skeletons of DARTS and FairDARTS

# Each state s2..s5 keeps at most two of its edges, those whose weight reaches the threshold; `*` is one edge from every
# state before it. `{keep 0..2 of darts_without_none}(*)` instead lets every edge have up to two operations.
cell normal(s0, s1) {
  s2..s5 = keep 0..2 of darts_without_none(*)
  return concat(s2..s5)
}

# Placed with /2 below: it halves the picture and doubles the width.
cell reduce(s0, s1) {
  s2..s5 = keep 0..2 of darts_without_none(*)
  return concat(s2..s5)
}

# The shared-weight network that is searched, and the network that the result is trained in.
network search: darts_search { channels: 16  layers: 8 }
network cifar: fairdarts_cifar { channels: 36  layers: 20 }

# Settings that are left out have the published values; `nasc search --set epochs=5` overrides them.
search fairdarts {
  network: search
  epochs: 50
  batch: 128
  zero_one: 10    # how hard weights are pushed to 0 or 1
  threshold: 85%  # what stays; short searches reach less
}

train {
  network: cifar
  epochs: 600
  batch: 96
}
