nas 1
# A search space like that of DARTS. Change it, then:
#   nasc check NAME.nas                     how large is it?
#   nasc search NAME.nas --data digits      writes RUN/genotype.nas
#   nasc train RUN/genotype.nas --data digits

use std.darts  # operations, operation sets and skeletons of DARTS

# A cell reads the outputs of the two cells before it: s0 is that of cell k-2, s1 that of cell k-1.
# Each state s2..s5 keeps the two best of its edges; `*` is one edge from every state before it.
cell normal(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

# Placed with /2 below: it halves the picture and doubles the width.
cell reduce(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2..s5)
}

# Edges can be fixed or given sets of their own; these lines would do:
#   s2 = skip_connect(s0) + keep 1 of darts(*)
#   s3 = {sep_conv_3x3 | dil_conv_3x3}(s1) + keep 1 of {max_pool_3x3 | skip_connect}(s0, s2)

# The shared-weight network that is searched, and the network that the result is trained in.
network search: darts_search { channels: 16  layers: 8 }
network cifar: darts_cifar { channels: 36  layers: 20 }

# Settings that are left out have the published values; `nasc search --set epochs=5` overrides them.
search darts {
  network: search
  epochs: 50
  batch: 64
  order: 2  # 1 is several times faster
}

train {
  network: cifar
  epochs: 600
  batch: 96
}
