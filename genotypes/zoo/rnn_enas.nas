nas 1
# The recurrent cell of ENAS (Pham, Guan, Zoph, Le and Dean, ICML 2018), in the language models of DARTS.
# published: Penn Treebank perplexity 60.8 valid, 58.6 test, 24 M params; WikiText-2 72.4 valid, 70.4 test, 33 M
# differs: with 850 and 700 channels, as all cells of DARTS, its eleven states make it 27.3 M and 36.1 M

use std.darts_rnn

recurrent enas(x, h) {
  s0 = gate(x, h)
  s1 = tanh(s0)
  s2 = tanh(s1)
  s3 = relu(s1)
  s4 = tanh(s3)
  s5 = tanh(s3)
  s6 = relu(s3)
  s7 = relu(s4)
  s8 = relu(s7)
  s9 = relu(s8)
  s10 = relu(s8)
  s11 = relu(s8)
  return mean(s2, s5, s6, s9..s11)
}

network ptb: darts_lm {
  channels: 850
  vocabulary: 10000
  cells: enas
  require params == 27295000
  require macs == 27285000
}

network wikitext2: darts_lm {
  channels: 700
  vocabulary: 33278
  cells: enas
  require params == 36067878
  require macs == 36034600
}

train ptb_darts { network: ptb }
train wikitext2_darts { network: wikitext2 }
