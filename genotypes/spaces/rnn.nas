nas 1
# The space of recurrent cells of DARTS (Liu, Simonyan and Yang, ICLR 2019), searched by GDAS too: eight states, each an
# activation of one state before it.

use std.darts_rnn

recurrent rnn(x, h) {
  s0 = gate(x, h)
  s1..s8 = keep 1 of darts_rnn(*)
  return mean(s1..s8)
}

network search: darts_lm_search { channels: 300  vocabulary: 10000  cells: rnn }  # 4,810,000 params
network ptb: darts_lm { channels: 850  vocabulary: 10000  cells: rnn }        # 22,960,000 params
network wikitext2: darts_lm { channels: 700  vocabulary: 33278  cells: rnn }  # 33,127,878 params

search darts { network: search }
train ptb_darts { network: ptb }
train wikitext2_darts { network: wikitext2 }
