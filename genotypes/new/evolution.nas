nas 1
# Regularised evolution over the space of NAS-Bench-201. Change it, then:
#   nasc check NAME.nas                     how large is it?
#   nasc search NAME.nas --data digits      writes RUN/genotype.nas
#   nasc search NAME.nas --table FILE --set column=NAME    by a table of known accuracies: no training at all
#   nasc train RUN/genotype.nas --data digits

use std.nasbench201

# Three states, an edge from every state before, one of five operations for each: 15,625 cells.
cell normal(s0) {
  s1..s3 = nasbench201(*)
  return s3
}

network cifar: nasbench201 { channels: 16  layers: 17 }

# So many genotypes are looked at. The first `population` are drawn at random; from then on the best of `tournament`
# of them has a child, which differs in one edge, and the oldest goes. Each is scored on the same validation batches,
# with weights that all share; they are trained on uniform samples for all of the epochs before.
search evolution {
  network: cifar
  epochs: 50
  batch: 64
  samples: 200
  population: 20
  tournament: 5
}

train {
  network: cifar
  epochs: 200
  batch: 256
}
