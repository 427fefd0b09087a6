nas 1
# The published recipe of GDAS (Dong and Yang, CVPR 2019). What a text does not say has the value given here.
# "Code" is the authors' code of the search, github.com/D-X-Y/GDAS at 13e908f; where it differs from the paper, the
# paper is followed.

search gdas {
  epochs: 240    # paper
  batch: 128     # code
  tau: (10, 1)   # paper; NAS-Bench-201 and the authors' later code: 10 to 0.1
  per_cell: off  # the authors' later code, AutoDL-Projects; the first code draws for every cell
  strengths_first: off  # paper, and the later code; the first code moves the strengths first
  leak: off             # paper; on is what the code of NAS-Bench-201 does
  nesterov: off         # code
  split: 50%            # paper
  at_random: off        # paper: random halves; no data set here is in the order of its classes
  lr: 0.025             # paper: cosine from 0.025 ...
  lr_min: 0.001         # paper: ... to 0.001
  momentum: 0.9         # paper
  weight_decay: 3e-4    # paper
  clip: 5               # code: norm of the gradient of the weights
  strength_lr: 3e-4     # paper: Adam
  strength_betas: (0.5, 0.999)  # code
  strength_weight_decay: 1e-3   # paper
  cutout: 0                     # code: off in search
}

# The trainings are those of the authors' code at 3ebbf88: `train-cifar.sh` with the configurations `cut` and `nocut`, on
# CIFAR-10 and on CIFAR-100 alike, and `train-imagenet.sh`.
train gdas_cifar { recipe: cifar10_gdas_cut }
train gdas_imagenet { recipe: imagenet_gdas }

train cifar10_gdas {  # without cutout
  epochs: 600         # nocut
  batch: 96           # nocut; others: 64, 128
  schedule: cosine    # nocut
  lr: 0.025           # nocut: from 0.025 ...
  lr_min: 1e-4        # nocut: ... to 0.0001
  momentum: 0.9       # nocut
  nesterov: off       # nocut
  weight_decay: 3e-4  # nocut: on all weights; others: 1e-4, 5e-4
  clip: 5             # nocut: of the whole network
  auxiliary: 0.4      # nocut
  drop_path: 0.3      # nocut
  cutout: 0           # nocut
  label_smoothing: 0  # nocut: none
}

train cifar10_gdas_cut {  # with cutout
  epochs: 600         # cut
  batch: 96           # cut; others: 64, 128
  schedule: cosine    # cut
  lr: 0.025           # cut: from 0.025 ...
  lr_min: 1e-4        # cut: ... to 0.0001
  momentum: 0.9       # cut
  nesterov: off       # cut
  weight_decay: 3e-4  # cut: on all weights; others: 1e-4, 5e-4
  clip: 5             # cut: of the whole network
  auxiliary: 0.4      # cut
  drop_path: 0.2      # cut
  cutout: 16          # cut
  label_smoothing: 0  # cut: none
}

train cifar100_gdas {  # without cutout
  epochs: 600         # nocut
  batch: 96           # nocut; others: 64, 128
  schedule: cosine    # nocut
  lr: 0.025           # nocut: from 0.025 ...
  lr_min: 1e-4        # nocut: ... to 0.0001
  momentum: 0.9       # nocut
  nesterov: off       # nocut
  weight_decay: 3e-4  # nocut: on all weights; others: 1e-4, 5e-4
  clip: 5             # nocut: of the whole network
  auxiliary: 0.4      # nocut
  drop_path: 0.3      # nocut
  cutout: 0           # nocut
  label_smoothing: 0  # nocut: none
}

train cifar100_gdas_cut {  # with cutout
  epochs: 600         # cut
  batch: 96           # cut; others: 64, 128
  schedule: cosine    # cut
  lr: 0.025           # cut: from 0.025 ...
  lr_min: 1e-4        # cut: ... to 0.0001
  momentum: 0.9       # cut
  nesterov: off       # cut
  weight_decay: 3e-4  # cut: on all weights; others: 1e-4, 5e-4
  clip: 5             # cut: of the whole network
  auxiliary: 0.4      # cut
  drop_path: 0.2      # cut
  cutout: 16          # cut
  label_smoothing: 0  # cut: none
}

train imagenet_gdas {
  epochs: 250                   # code
  batch: 128                    # code; B256: 256
  schedule: exponential         # code: steps of one epoch ...
  gamma: 0.97                   # code: ... by 0.97
  lr: 0.1                       # code
  momentum: 0.9                 # code
  nesterov: on                  # code
  weight_decay: 3e-5            # code: on all weights
  clip: 5                       # code
  auxiliary: 0.4                # code
  drop_path: 0                  # code
  label_smoothing: 0.1          # code: of both heads
  crop: resized                 # code
  jitter: (0.4, 0.4, 0.4, 0.2)  # code
  cutout: 0                     # none on ImageNet
}
