use std.darts_rnn
recurrent rnn(x, h) { s0 = gate(x, h)  s1 = tanh(s0)  return mean(s1) }
recurrent wide(x, h) { s0 = gate(x, h)  s1 = tanh(s0)  return concat(s0, s1) }
recurrent beside(x, h) { s0 = gate(x, h)  s1 = tanh(s0) + gate(x, h)  return s1 }
skeleton headless { input: tokens  channels: 4  vocabulary: 9  stem: embedding }
skeleton stemless { input: tokens  channels: 4  vocabulary: 9  head: linear }
network concat: darts_lm { vocabulary: 9  cells: wide }
network gates: darts_lm { vocabulary: 9  cells: beside }
network no_head: headless { cells: rnn }
network no_stem: stemless { cells: rnn }
network no_words: stemless { cells: rnn  stem: dropout(input) -> embedding }
network pooled: darts_lm { vocabulary: 9  cells: rnn  stem: embedding -> avg_pool(3) }
network normed: darts_lm { vocabulary: 9  cells: rnn  stem: embedding -> bn }
network both: darts_lm { vocabulary: 9  cells: rnn  stem: embedding -> [relu, tanh] }
network twice: darts_lm { vocabulary: 9  cells: rnn  stem: embedding -> dropout(input) -> dropout(0.1) }
network named: darts_lm { vocabulary: 9  cells: rnn  head: dropout(input) -> linear }
network narrow: darts_lm { vocabulary: 9  cells: rnn  stem: embedding(out=4) }
network few: darts_lm { vocabulary: 9  cells: rnn  head: linear(out=8) }
network tied: darts_lm { vocabulary: 9  cells: rnn  head: linear(tied=on) -> linear }
network edges: darts_lm { vocabulary: 9  cells: rnn  edge: operation -> drop_path }
network states: darts_lm { vocabulary: 9  cells: rnn  state: sum -> dropout(0.1) }
network before: darts_lm { vocabulary: 9  cells: rnn  state: bn -> sum }
network wrong: darts_lm { vocabulary: 9  cells: rnn  require params == 3  require params_aux == 3 }
