use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

skeleton a: b { layers: 3 }
skeleton b: c { layers: 3 }
skeleton c: a { layers: 3 }
skeleton d: d { layers: 3 }
network n: a { layers: 3 }
