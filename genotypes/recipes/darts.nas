nas 1
# The published recipes of DARTS (Liu, Simonyan and Yang, ICLR 2019). What a text does not say has the value given here.

search darts {
  epochs: 50           # paper, A.1.1; README: train_search.py --unrolled
  batch: 64            # paper, A.1.1
  order: 2             # README: --unrolled, the second-order approximation
  hessian: difference  # paper, section 2.3
  split: 50%     # paper, A.1.1: half of the training data for the weights, half for the strengths
  lr: 0.025      # paper, A.1.1: cosine from 0.025 ...
  lr_min: 0.001  # code: ... to 0.001
  momentum: 0.9  # paper, A.1.1
  weight_decay: 3e-4            # paper, A.1.1
  clip: 5                       # code: norm of the gradient of the weights
  strength_lr: 3e-4             # paper, A.1.1: Adam
  strength_betas: (0.5, 0.999)  # paper, A.1.1
  strength_weight_decay: 1e-3   # paper, A.1.1
  cutout: 0                     # code: off in search
}

train darts_cifar { recipe: cifar10_darts }
train darts_imagenet { recipe: imagenet_darts }

train cifar10_darts {
  epochs: 600         # paper, A.2.1
  batch: 96           # paper, A.2.1
  schedule: cosine    # code
  lr: 0.025           # code: from 0.025 ...
  lr_min: 0           # code: ... to 0
  momentum: 0.9       # code
  weight_decay: 3e-4  # code: on all weights
  clip: 5             # code
  auxiliary: 0.4      # README: --auxiliary; paper, A.2.1: weight 0.4
  drop_path: 0.2      # code; the paper says 0.3, the authors recommend 0.2
  cutout: 16          # README: --cutout; paper, A.2.1
  label_smoothing: 0  # none on CIFAR
}

train imagenet_darts {
  epochs: 250                   # code
  batch: 128                    # code
  schedule: exponential         # code: steps of one epoch ...
  gamma: 0.97                   # code: ... by 0.97
  lr: 0.1                       # code
  momentum: 0.9                 # code
  weight_decay: 3e-5            # code: on all weights
  clip: 5                       # code
  auxiliary: 0.4                # README: --auxiliary
  drop_path: 0                  # code; the authors: none on ImageNet
  label_smoothing: 0.1          # code: of both heads
  crop: resized                 # code
  jitter: (0.4, 0.4, 0.4, 0.2)  # code
  cutout: 0                     # none on ImageNet
}
