nas 1
# The published recipe of P-DARTS (Chen, Xie, Wu and Tian, ICCV 2019) on CIFAR-10. Stages are its own: epochs,
# schedules and optimisers begin anew in each.

search pdarts {
  epochs: 25              # code: 25 epochs a stage
  batch: 96               # code
  add_layers: (0, 6, 12)  # README: --add_layers 6 --add_layers 12 to the 5 cells of the first stage
  drop: (3, 2)            # code: 8 operations, 5, 3; the last stage ends with one
  dropout: (0.1, 0.4, 0.7)  # README: --dropout_rate 0.1 --dropout_rate 0.4 --dropout_rate 0.7
  dropout_decay: 0.2        # code: exp(-0.2 * epoch) behind the warm-up
  weights_alone: 10         # code: weights alone in the first 10 epochs of a stage
  split: 50%          # code: half of the training data for the weights, half for the strengths
  lr: 0.025           # code: cosine from 0.025 ...
  lr_min: 0           # code: ... to 0
  momentum: 0.9       # code
  weight_decay: 3e-4  # code
  clip: 5             # code: norm of the gradient of the weights ...
  strength_clip: 5    # code: ... and of the strengths
  strength_lr: 6e-4   # code: Adam
  strength_betas: (0.5, 0.999)  # code
  strength_weight_decay: 1e-3   # code
  cutout: 0                     # code: off in search
}

train pdarts_imagenet { recipe: imagenet_pdarts }

train cifar10_pdarts {
  epochs: 600         # code
  batch: 128          # code
  schedule: cosine    # code
  lr: 0.025           # code: from 0.025 ...
  lr_min: 0           # code: ... to 0
  momentum: 0.9       # code
  weight_decay: 3e-4  # code
  clip: 5             # code
  auxiliary: 0.4      # README: --auxiliary
  drop_path: 0.3      # code
  cutout: 16          # README: --cutout
  label_smoothing: 0  # none on CIFAR
}

train cifar100_pdarts {  # that of CIFAR-10: the code takes other means and deviations alone
  epochs: 600         # code
  batch: 128          # code
  schedule: cosine    # code
  lr: 0.025           # code: from 0.025 ...
  lr_min: 0           # code: ... to 0
  momentum: 0.9       # code
  weight_decay: 3e-4  # code
  clip: 5             # code
  auxiliary: 0.4      # README: --auxiliary
  drop_path: 0.3      # code
  cutout: 16          # README: --cutout
  label_smoothing: 0  # none on CIFAR
}

train imagenet_pdarts {
  epochs: 250  # code
  batch: 256  # code; the paper's is 1024, with a learning rate of 0.5 (from memory) and `warm_up: 5`
  schedule: linear              # code ...
  tail: 5                       # code: ... whose last step is made in 5 epochs
  warm_up: 0                    # code: 5 with a batch above 256
  warm_up_by: schedule          # code: what the schedule says, times (epoch + 1) / 5
  lr: 0.1                       # code
  momentum: 0.9                 # code
  weight_decay: 3e-5            # code
  clip: 5                       # code
  auxiliary: 0.4                # README: --auxiliary
  drop_path: 0                  # code
  label_smoothing: 0.1          # code
  crop: resized                 # code
  jitter: (0.4, 0.4, 0.4, 0.2)  # code
  cutout: 0                     # none on ImageNet
}
