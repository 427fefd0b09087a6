nas 1
# A search space for D-DARTS: every cell of the stack has edges of its own. Change it, then:
#   nasc check NAME.nas                     how large is it?
#   nasc search NAME.nas --data digits      writes RUN/genotype.nas
#   nasc train RUN/genotype.nas --data digits
#   nasc derive RUN/genotype.nas --layers 14   a deeper network of the same cells

use std.ddarts  # operations and sets of D-DARTS and DARTOpti

# Each state keeps at most two of its edges, those whose weight reaches the threshold.
cell normal(s0, s1) {
  s2..s5 = keep 0..2 of ddarts(*)
  return concat(s2..s5)
}

# Cells of one number have the same edges. The shared-weight network that is searched, and the network that the result
# is trained in:
network search: darts_search {
  channels: 16
  cells: normal[0..1], normal[2]/2, normal[3..4], normal[5]/2, normal[6..7]
}

network cifar: ddarts_cifar {
  channels: 36
  cells: normal[0..1], normal[2]/2, normal[3..4], normal[5]/2, normal[6..7]
}

# Settings that are left out have the published values; `nasc search --set epochs=5` overrides them.
search ddarts {
  network: search
  epochs: 50
  batch: 72
  ablation: off   # the published `constant` finds the same, and takes half as long again
  threshold: 85%  # what stays; short searches reach less
}

# DARTOpti begins with a network instead of nothing: `nasc check do_resnet18` is such a space. Its `search` says
#   start: resnet18  # a network of the text, one of `nasc zoo`, or a file in quotes

train ddarts_cifar {
  network: cifar
  epochs: 600
  batch: 128
}
