use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }

network a { channels: 16 }
network b { channels: 16  cells: normal*3, reduce/2 }
network c {}
network d { input: 3x32x32  channels: 16  classes: 10  cells: normal*3, reduce/2 }
network e: darts_lm { cells: normal }
