nas 1
# The recurrent cell of DARTS, second order (Liu, Simonyan and Yang, ICLR 2019).
# published: Penn Treebank perplexity 58.1 valid, 55.7 test, 23 M params; WikiText-2 71.2 valid, 69.6 test, 33 M

use std.darts_rnn

recurrent darts_v2(x, h) {
  s0 = gate(x, h)
  s1 = sigmoid(s0)
  s2 = relu(s1)
  s3 = relu(s1)
  s4 = identity(s1)
  s5 = tanh(s2)
  s6 = sigmoid(s5)
  s7 = tanh(s3)
  s8 = relu(s5)
  return mean(s1..s8)
}

network ptb: darts_lm {
  channels: 850
  vocabulary: 10000
  cells: darts_v2
  require params == 22960000
  require macs == 22950000
}

network wikitext2: darts_lm {
  channels: 700
  vocabulary: 33278
  cells: darts_v2
  require params == 33127878
  require macs == 33094600
}

train ptb_darts { network: ptb }
train wikitext2_darts { network: wikitext2 }
