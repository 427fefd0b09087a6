nas 1
# The published recipe of PC-DARTS (Xu et al., ICLR 2020) on CIFAR-10; that of ImageNet is in `pcdarts_on_imagenet`.

search pcdarts {
  epochs: 50                    # code
  batch: 256                    # code
  split: 50%                    # code: half of the training data for the weights ...
  strength_split: 0             # ... and half for the strengths
  by_class: off                 # code: by position
  weights_alone: 15             # code: strengths are frozen for 15 epochs
  lr: 0.1                       # code: cosine from 0.1 ...
  lr_min: 0                     # code: ... to 0
  lr_warm_up: 0                 # none on CIFAR
  momentum: 0.9                 # code
  weight_decay: 3e-4            # code
  clip: 5                       # code: norm of the gradient of the weights
  strength_lr: 6e-4             # code: Adam
  strength_betas: (0.5, 0.999)  # code
  strength_weight_decay: 1e-3   # code
  strength_clip: 0              # code: not clipped on CIFAR
  cutout: 0                     # code: off in search
}

train cifar10_pcdarts {
  epochs: 600         # code
  batch: 96           # code
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

train imagenet_pcdarts {
  epochs: 250                   # code
  batch: 1024                   # code
  schedule: linear              # code: --lr_scheduler linear ...
  tail: 5                       # code: ... whose last step is made in 5 epochs
  warm_up: 5                    # code: with a batch above 256
  warm_up_by: lr                # code: 0.1, 0.2, ... up to 0.5, whatever the schedule says
  lr: 0.5                       # code
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
