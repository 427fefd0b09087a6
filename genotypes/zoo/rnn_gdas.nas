nas 1
# The recurrent cell of GDAS (Dong and Yang, CVPR 2019).
# published: Penn Treebank perplexity 59.8 valid, 57.5 test, 23 M params; WikiText-2 71.0 valid, 69.4 test, 33 M

use std.darts_rnn

recurrent gdas(x, h) {
  s0 = gate(x, h)
  s1 = relu(s0)
  s2 = relu(s0)
  s3 = identity(s1)
  s4 = relu(s1)
  s5 = tanh(s0)
  s6 = relu(s2)
  s7 = identity(s4)
  s8 = identity(s2)
  return mean(s1..s8)
}

network ptb: darts_lm {
  channels: 850
  vocabulary: 10000
  cells: gdas
  require params == 22960000
  require macs == 22950000
}

network wikitext2: darts_lm {
  channels: 700
  vocabulary: 33278
  cells: gdas
  require params == 33127878
  require macs == 33094600
}

train ptb_gdas { network: ptb }
train wikitext2_gdas { network: wikitext2 }
