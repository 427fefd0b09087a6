nas 1
# The space of recurrent cells of EDNAS (Lee, Kim and Han, 2019): as that of DARTS (`rnn`), without `none`.
# 2,642,411,520 cells.

use std.darts_rnn

recurrent rnn(x, h) {
  s0 = gate(x, h)
  s1..s8 = keep 1 of ednas_rnn(*)
  return mean(s1..s8)
}

network search: darts_lm_search { channels: 300  vocabulary: 10000  cells: rnn }  # 4,810,000 params
network ptb: darts_lm { channels: 850  vocabulary: 10000  cells: rnn }        # 22,960,000 params
network wikitext2: darts_lm { channels: 700  vocabulary: 33278  cells: rnn }  # 33,127,878 params

search ednas { network: search }
train ptb_ednas { network: ptb }
train wikitext2_darts { network: wikitext2 }  # EDNAS publishes none
