use std.darts
use std.darts_rnn
cell normal(s0, s1) { s2 = keep 1 of darts_rnn(*) + {tanh | none}(s1)  return concat(s2) }
recurrent rnn(x, h) { s0 = gate(x, h)  s1..s2 = keep 1 of darts(*) + sep_conv_3x3(s0)  return mean(s1..s2) }
