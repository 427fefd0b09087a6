use std.ddarts
cell given(s0, s1) { s2 = sep_conv_3x3(s0) + bottleneck_1x3x1(s1)  return concat(s2) }
cell other(s0, s1) { s2 = skip_connect(s0, s1)  return concat(s2) }
cell wide(s0, s1) { s2..s3 = skip_connect(s0, s1)  return concat(s2..s3) }
cell block(s0, s1) { s2 = keep 0..2 of ddarts(*)  return concat(s2) }

network search: darts_search { cells: block*2, block/2 }
network operations: darts_cifar { cells: given*2, given/2 }
network mixed: darts_cifar { cells: given, other, given/2 }
network longer: darts_cifar { cells: other*3, other/2 }
network states: darts_cifar { cells: wide*2, wide/2 }

search ddarts { network: search  start: operations }
search ddarts { network: search  start: mixed }
search ddarts { network: search  start: longer }
search ddarts { network: search  start: states }
search ddarts { network: search  start: search }
search ddarts { network: search  start: opertions }
search ddarts { network: search  start: "no/such/file.nas" }
