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
