nas 1
# The published recipe of D-DARTS (Heuillet et al., 2021).

train ddarts_cifar {
  epochs: 600         # README: train.py --epochs 600
  batch: 128          # code
  lr: 0.025           # code: cosine from 0.025 ...
  lr_min: 0           # code: ... to 0
  momentum: 0.9       # code
  weight_decay: 3e-4  # code
  clip: 5             # code
  auxiliary: 0.4      # README: --auxiliary
  drop_path: 0.2      # code; on the sum of a state
  cutout: 16          # README: --cutout
  label_smoothing: 0  # none on CIFAR
}
