nas 1
# The published recipe of EDNAS (Lee, Kim and Han, 2019) for CIFAR. What a text does not say has the value given here.
# "Code" is the authors' code, github.com/logue311/EDNAS at eed815b.

search ednas {
  epochs: 300        # code
  batch: 128         # code
  policy_batch: 128  # code
  hold: 1            # code
  split: 80%      # code: the first 40,000 pictures for the weights, the last 10,000 for the policy
  at_random: off  # code
  schedule: cosine  # code
  milestones: off
  factors: off
  warm_up: 0  # none on CIFAR
  warm_up_from: 0
  lr: 0.05                      # code: from 0.05 ...
  lr_min: 0.001                 # code: ... to 0.001
  momentum: 0.9                 # code
  nesterov: on                  # code
  weight_decay: 3e-4            # code
  clip: 5                       # code: norm of the gradient of the weights
  strength_lr: 3.5e-4           # code: Adam
  strength_betas: (0.5, 0.999)  # code
  strength_weight_decay: 1e-3   # code
  baseline_decay: 0.99          # code
  softmax_twice: off            # the gradient of REINFORCE; on is what the code does
  samples: 100                  # code
  score_batches: 10             # code, ImageNet, where it was meant so; on CIFAR one
  cutout: 0                     # code: off in search
}

train cifar10_ednas {
  epochs: 600         # README; code: 1000
  batch: 128          # code
  schedule: cosine    # code
  lr: 0.025           # code: from 0.025 ...
  lr_min: 0           # code: ... to 0
  momentum: 0.9       # code
  nesterov: off       # code
  weight_decay: 3e-4  # code
  clip: 5             # code
  auxiliary: 0.4      # code
  drop_path: 0.2      # code
  cutout: 16          # code
  label_smoothing: 0  # none on CIFAR
}

train imagenet_ednas {  # on one GPU; on G of them `batch` and `lr` are G times these, and `warm_up_from` is 1 / G
  epochs: 250                      # code
  batch: 200                       # code: for each GPU
  schedule: steps                  # code
  milestones: (50, 100, 150, 200)  # code
  gamma: 0.1                       # code
  warm_up: 5                       # code ...
  warm_up_by: step                 # code: ... growing from step to step
  warm_up_from: 1                  # code: from 1 / G of it
  lr: 0.1                          # code: times GPUs
  momentum: 0.9                    # code
  nesterov: off                    # code
  weight_decay: 3e-5               # code
  clip: 5                          # code
  auxiliary: 0.4                   # code, which takes the loss of the wrong head
  drop_path: 0                     # code
  label_smoothing: 0.1             # code
  crop: resized                    # code
  jitter: off                      # code: none, unlike its search
  cutout: 0                        # none on ImageNet
}
