nas 1
# The published recipes of D-DARTS and DARTOpti (Heuillet et al., 2021).

search ddarts {
  epochs: 50             # code: train_search.py
  batch: 72              # code; the README says 96
  split: 50%             # code: half of the training data for the weights, half for the strengths
  lr: 0.005              # code: cosine from 0.005 ...
  lr_min: 0.001          # code: ... to 0.001
  momentum: 0.9          # code
  weight_decay: 3e-4     # code
  clip: 5                # code: norm of the gradient of the weights
  strength_lr: 3e-3      # code: Adam, cosine from 0.003 ...
  strength_lr_min: 1e-3  # code: ... to 0.001
  strength_betas: (0.9, 0.999)  # code
  strength_weight_decay: 1e-3   # code
  zero_one: 9                   # code: --aux_loss_weight; constant
  zero_one_norm: 2              # code: --sep_loss l2
  ablation: constant            # code: a number without a gradient
  ablation_weight: 0.7  # code: --abl_loss_weight; file names suggest 0.5, and 7 for CIFAR-100
  threshold: 85%        # code: --op_threshold
  start_strength: 10    # code: architecture_processing.py
  pretrain: 5           # code: --pretrain_epochs
  stop_from: 5          # code: from epoch pretrain + 5 on
  stop_after: 4         # code: the last four distances; 0 is --no_arch_metric
  stop_within: 0.001    # code
  cutout: 0             # code: off in search
}

# All trainings are those of one `train.py`, which takes the same values for every data set.
train ddarts_cifar { recipe: cifar10_ddarts }
train dartopti_imagenet { recipe: imagenet_dartopti }

train cifar10_ddarts {
  epochs: 600         # README: train.py --epochs 600
  batch: 128          # code
  schedule: cosine    # code
  lr: 0.025           # code: from 0.025 ...
  lr_min: 0           # code: ... to 0
  momentum: 0.9       # code
  weight_decay: 3e-4  # code
  clip: 5             # code
  auxiliary: 0.4      # README: --auxiliary
  drop_path: 0.2      # code; on the sum of a state
  autoaugment: off    # code: a choice, off by default
  cutout: 16          # README: --cutout
  label_smoothing: 0  # none on CIFAR
}

train cifar100_ddarts {
  epochs: 600         # README: train.py --epochs 600
  batch: 128          # code
  schedule: cosine    # code
  lr: 0.025           # code: from 0.025 ...
  lr_min: 0           # code: ... to 0
  momentum: 0.9       # code
  weight_decay: 3e-4  # code
  clip: 5             # code
  auxiliary: 0.4      # README: --auxiliary
  drop_path: 0.2      # code; on the sum of a state
  autoaugment: off    # code: a choice, off by default
  cutout: 16          # README: --cutout
  label_smoothing: 0  # none on CIFAR
}

train imagenet_ddarts {
  epochs: 600                   # README: train.py --epochs 600
  batch: 128                    # code
  schedule: cosine              # code
  lr: 0.025                     # code: from 0.025 ...
  lr_min: 0                     # code: ... to 0
  momentum: 0.9                 # code
  weight_decay: 3e-4            # code
  clip: 5                       # code
  auxiliary: 0.4                # README: --auxiliary
  drop_path: 0.2                # code; on the sum of a state
  autoaugment: off              # code: a choice, off by default
  label_smoothing: 0.1          # code: of both heads
  crop: resized                 # code
  jitter: (0.4, 0.4, 0.4, 0.2)  # code
  cutout: 0                     # none on ImageNet
}

train cifar10_dartopti {
  epochs: 600         # README: train.py --epochs 600
  batch: 128          # code
  schedule: cosine    # code
  lr: 0.025           # code: from 0.025 ...
  lr_min: 0           # code: ... to 0
  momentum: 0.9       # code
  weight_decay: 3e-4  # code
  clip: 5             # code
  auxiliary: 0  # README: --auxiliary, whose head does not fit these networks: the code fails with it
  drop_path: 0.2      # code; on the sum of a state
  autoaugment: off    # code: a choice, off by default
  cutout: 16          # README: --cutout
  label_smoothing: 0  # none on CIFAR
}

train cifar100_dartopti {
  epochs: 600         # README: train.py --epochs 600
  batch: 128          # code
  schedule: cosine    # code
  lr: 0.025           # code: from 0.025 ...
  lr_min: 0           # code: ... to 0
  momentum: 0.9       # code
  weight_decay: 3e-4  # code
  clip: 5             # code
  auxiliary: 0  # README: --auxiliary, whose head does not fit these networks: the code fails with it
  drop_path: 0.2      # code; on the sum of a state
  autoaugment: off    # code: a choice, off by default
  cutout: 16          # README: --cutout
  label_smoothing: 0  # none on CIFAR
}

train imagenet_dartopti {
  epochs: 600                   # README: train.py --epochs 600
  batch: 128                    # code
  schedule: cosine              # code
  lr: 0.025                     # code: from 0.025 ...
  lr_min: 0                     # code: ... to 0
  momentum: 0.9                 # code
  weight_decay: 3e-4            # code
  clip: 5                       # code
  auxiliary: 0.4                # README: --auxiliary
  drop_path: 0.2                # code; on the sum of a state
  autoaugment: off              # code: a choice, off by default
  label_smoothing: 0.1          # code: of both heads
  crop: resized                 # code
  jitter: (0.4, 0.4, 0.4, 0.2)  # code
  cutout: 0                     # none on ImageNet
}
