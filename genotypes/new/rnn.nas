nas 1
# A search space of recurrent cells, for language models: which activation every state gets, and of which state before.
# Change it, then:
#   nasc check NAME.nas                          how large is it?
#   nasc search NAME.nas --data shakespeare      writes RUN/genotype.nas
#   nasc train RUN/genotype.nas --data shakespeare
# Other texts: ptb, wikitext2, and text:FILE for your own.

use std.darts_rnn  # sets of activations, and the language models of DARTS, GDAS and EDNAS

# `x` is the word, `h` the state behind the word before. `*` is one edge from every state before.
recurrent rnn(x, h) {
  s0 = gate(x, h)
  s1..s8 = keep 1 of darts_rnn(*)
  return mean(s1..s8)
}

# The shared-weight network that is searched, and the network that the result is trained in. The text that is learned
# from says the vocabulary.
network search: darts_lm_search { channels: 300  vocabulary: 10000  cells: rnn }
network words: darts_lm { channels: 850  vocabulary: 10000  cells: rnn }

# Settings that are left out have the published values; `nasc search --set epochs=5` overrides them.
search darts {
  network: search
  epochs: 50
  batch: 256
  order: 2  # 1 takes less than half the time
}

train ptb_darts {
  network: words
  epochs: 8000  # at most; the weights of the best epoch are kept
  batch: 64
}
