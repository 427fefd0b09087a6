nas 1
# The published recipes of GDAS (Dong and Yang, CVPR 2019) for language models. What a text does not say has the value
# given here. "Code" is the authors' code, github.com/D-X-Y/GDAS: the search at 13e908f, the training at 3ebbf88.

search rnn_gdas {
  epochs: 200                   # code
  batch: 256                    # code; paper: 128
  bptt: 35                      # code; one segment in twenty has half of it
  tau: (10, 1)                  # code
  strengths_first: off          # as for pictures
  lr: 20                        # code: SGD without momentum, times length / bptt
  weight_decay: 5e-7            # code
  clip: 0.25                    # code
  dropout_output: 0.75          # as DARTS
  dropout_hidden: 0.25          # as DARTS
  dropout_x: 0.75               # as DARTS
  dropout_input: 0.2            # as DARTS
  dropout_embedding: 0          # code
  ar: 0                         # as DARTS
  tar: 1e-3                     # code
  eval_batch: 10                # as DARTS
  strength_lr: 3e-3             # code: Adam
  strength_betas: (0.9, 0.999)  # code: Adam's own
  strength_weight_decay: 1e-3   # code
}

train ptb_gdas {
  epochs: 3000            # code; paper: 2000
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
  averaging: all          # code: above the least loss of all epochs before
  patience: 5             # code
  eval_batch: 10          # code
}

train wikitext2_gdas {
  epochs: 3000            # code; paper: 3000
  batch: 64               # code
  bptt: 35                # code
  lr: 20                  # code
  weight_decay: 5e-7      # code
  clip: 0.25              # code
  dropout_output: 0.75    # code
  dropout_hidden: 0.15    # code
  dropout_x: 0.75         # code
  dropout_input: 0.2      # code
  dropout_embedding: 0.1  # code
  ar: 0                   # code
  tar: 1e-3               # code
  averaging: all          # code
  patience: 5             # code
  eval_batch: 10          # code
}
