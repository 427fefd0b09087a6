nas 1
# The space of D-DARTS (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021): eight cells, each with edges of its own,
# at most two operations an edge, those whose strength reaches a threshold.

use std.ddarts

cell normal(s0, s1) {
  s2..s5 = {keep 0..2 of ddarts}(*)
  return concat(s2..s5)
}

network search: darts_search {
  channels: 16
  cells: normal[0..1], normal[2]/2, normal[3..4], normal[5]/2, normal[6..7]
  require params == 1930618
}

network cifar: ddarts_cifar {
  channels: 36
  cells: normal[0..1], normal[2]/2, normal[3..4], normal[5]/2, normal[6..7]
}

# 14 cells of the same eight, as `--layers 14` derives them.
network deep: ddarts_cifar {
  channels: 36
  cells: normal[0]*3, normal[1], normal[2]/2, normal[4], normal[3], normal[4], normal[3],
         normal[5]/2, normal[6], normal[7], normal[6], normal[7]
}

search ddarts { network: search }
train { network: cifar }
