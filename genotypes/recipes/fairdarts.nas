nas 1
# The published recipe of FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020). What a text does not say has the value given
# here.

search fairdarts {
  epochs: 50          # code: train_search.py
  batch: 128          # code
  split: 50%          # code: half of the training data for the weights, half for the strengths
  lr: 0.005           # code: cosine from 0.005 ...
  lr_min: 0.001       # code: ... to 0.001
  momentum: 0.9       # code
  weight_decay: 3e-4  # code
  clip: 5             # code: norm of the gradient of the weights
  strength_lr: 3e-3   # code: Adam
  strength_betas: (0.9, 0.999)  # code
  strength_weight_decay: 1e-3   # code
  zero_one: 10                  # code: --aux_loss_weight; constant
  zero_one_norm: 2              # code: --sep_loss l2
  threshold: 85%                # code: --op_threshold
  cutout: 0                     # code: off in search
}

train fairdarts_cifar { recipe: cifar10_fairdarts }

train cifar10_fairdarts {
  epochs: 600         # README; the published figures are those of 1600 (the authors, in an issue)
  batch: 96           # code
  schedule: cosine    # code
  lr: 0.025           # code: from 0.025 ...
  lr_min: 0           # code: ... to 0
  momentum: 0.9       # code
  weight_decay: 3e-4  # code
  clip: 5             # code
  auxiliary: 0.4      # README: --auxiliary
  drop_path: 0.2      # code; on the sum of a state
  cutout: 16          # README: --cutout
  label_smoothing: 0  # none on CIFAR
}
