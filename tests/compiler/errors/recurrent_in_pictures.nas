use std.darts
use std.darts_rnn
recurrent rnn(x, h) { s0 = gate(x, h)  s1 = tanh(s0)  return mean(s1) }
cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }
network cifar: darts_cifar { cells: normal*2, rnn, reduce/2 }
network words: darts_lm { vocabulary: 100  cells: normal }
network many: darts_lm { vocabulary: 100  cells: rnn*3 }
network halved: darts_lm { vocabulary: 100  cells: rnn/2 }
network none: darts_lm { cells: rnn  classes: 10  require params == 3 }
