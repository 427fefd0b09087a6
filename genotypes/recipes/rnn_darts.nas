nas 1
# The published recipes of DARTS (Liu, Simonyan and Yang, ICLR 2019) for language models. What a text does not say has
# the value given here. "Code" is the authors' code, github.com/quark0/darts at f276dd3.

search rnn_darts {
  epochs: 50                    # code
  batch: 256                    # code
  bptt: 35                      # code; one segment in twenty has half of it
  order: 2                      # README: --unrolled, the second-order approximation
  lr: 20                        # code: SGD without momentum, times length / bptt
  weight_decay: 5e-7            # code
  clip: 0.25                    # code: norm of the gradient of the weights
  dropout_output: 0.75          # code
  dropout_hidden: 0.25          # code
  dropout_x: 0.75               # code
  dropout_input: 0.2            # code
  dropout_embedding: 0          # code
  ar: 0                         # code
  tar: 1e-3                     # code
  eval_batch: 10                # code
  strength_lr: 3e-3             # code: Adam
  strength_betas: (0.9, 0.999)  # code: Adam's own
  strength_weight_decay: 1e-3   # code
}

train darts_lm { recipe: ptb_darts }

train ptb_darts {
  epochs: 8000            # code: at most
  batch: 64               # code
  bptt: 35                # code: lengths by N(35, 5), one in twenty by N(17.5, 5), from 5 to 55
  lr: 20                  # code: SGD without momentum, times length / bptt
  weight_decay: 8e-7      # code
  clip: 0.25              # code
  dropout_output: 0.75    # code
  dropout_hidden: 0.25    # code
  dropout_x: 0.75         # code
  dropout_input: 0.2      # code
  dropout_embedding: 0.1  # code
  ar: 0                   # code
  tar: 1e-3               # code
  averaging: recent       # code: above the least loss but those of the last five epochs
  patience: 5             # code
  eval_batch: 10          # code
}

train wikitext2_darts {
  epochs: 8000            # code: at most
  batch: 64               # code
  bptt: 35                # code
  lr: 20                  # code
  weight_decay: 5e-7      # README
  clip: 0.25              # code
  dropout_output: 0.75    # code
  dropout_hidden: 0.15    # README
  dropout_x: 0.75         # code
  dropout_input: 0.2      # code
  dropout_embedding: 0.1  # code
  ar: 0                   # code
  tar: 1e-3               # code
  averaging: recent       # code
  patience: 5             # code
  eval_batch: 10          # code
}
