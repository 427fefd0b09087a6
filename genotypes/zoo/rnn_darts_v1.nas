nas 1
# The recurrent cell of DARTS, first order (Liu, Simonyan and Yang, ICLR 2019).
# published: Penn Treebank perplexity 60.2 valid, 57.6 test, 23 M params

use std.darts_rnn

recurrent darts_v1(x, h) {
  s0 = gate(x, h)
  s1 = relu(s0)
  s2 = relu(s1)
  s3 = tanh(s2)
  s4 = relu(s3)
  s5 = relu(s4)
  s6 = identity(s1)
  s7 = relu(s5)
  s8 = relu(s1)
  return mean(s1..s8)
}

network ptb: darts_lm {
  channels: 850
  vocabulary: 10000
  cells: darts_v1
  require params == 22960000
  require macs == 22950000
}

network wikitext2: darts_lm {
  channels: 700
  vocabulary: 33278
  cells: darts_v1
  require params == 33127878
  require macs == 33094600
}

train ptb_darts { network: ptb }
train wikitext2_darts { network: wikitext2 }
