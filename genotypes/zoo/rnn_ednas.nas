nas 1
# The recurrent cell of EDNAS (Lee, Kim and Han, 2019).
# published: Penn Treebank perplexity 59.45 test, 23 M params, 0.11 GPU days of search (README)

use std.darts_rnn

recurrent ednas(x, h) {
  s0 = gate(x, h)
  s1 = identity(s0)
  s2 = tanh(s1)
  s3 = relu(s1)
  s4 = tanh(s2)
  s5 = relu(s4)
  s6 = relu(s3)
  s7 = sigmoid(s4)
  s8 = tanh(s7)
  return mean(s1..s8)
}

network ptb: darts_lm {
  channels: 850
  vocabulary: 10000
  cells: ednas
  require params == 22960000
  require macs == 22950000
}

network wikitext2: darts_lm {
  channels: 700
  vocabulary: 33278
  cells: ednas
  require params == 33127878
  require macs == 33094600
}

train ptb_ednas { network: ptb }
train wikitext2_darts { network: wikitext2 }  # EDNAS publishes none
