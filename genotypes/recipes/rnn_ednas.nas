nas 1
# The published recipes of EDNAS (Lee, Kim and Han, 2019) for language models. What a text does not say has the value
# given here. "Code" is the authors' code, github.com/logue311/EDNAS at eed815b.

search rnn_ednas {
  epochs: 150                   # code
  batch: 256                    # code
  bptt: 35                      # code; one segment in twenty has half of it
  hold: 1                       # code
  lr: 20                        # code: SGD without momentum, times length / bptt
  weight_decay: 5e-7            # code
  clip: 0.25                    # code
  dropout_output: 0.75          # code
  dropout_hidden: 0.25          # code
  dropout_x: 0.75               # code
  dropout_input: 0.2            # code
  dropout_embedding: 0          # code
  ar: 0                         # code
  tar: 1e-3                     # code
  eval_batch: 128               # code
  strength_lr: 3e-3             # README; the code has 3.5e-4, too little for nine updates an epoch
  strength_betas: (0.9, 0.999)  # code
  strength_weight_decay: 1e-3   # code
  reward: 80                    # code
  baseline_decay: 0.99          # code
  softmax_twice: off            # the gradient of REINFORCE; on is what the code does
  samples: 100                  # code
  score_batches: 10             # code, ImageNet, where it was meant so; here one
}

train ptb_ednas {
  epochs: 1600            # code
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
  eval_batch: 10          # as DARTS
}
