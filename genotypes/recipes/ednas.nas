nas 1
# The published recipe of EDNAS (Lee, Kim and Han, 2019) for CIFAR. What a text does not say has the value given here.
# "Code" is the authors' code, github.com/logue311/EDNAS at eed815b.

search ednas {
  epochs: 300           # code
  batch: 128            # code
  policy_batch: 128     # code
  hold: 1               # code; on ImageNet 20
  split: 80%            # code: the first 40,000 pictures for the weights, the last 10,000 for the policy
  lr: 0.05              # code: cosine from 0.05 ...
  lr_min: 0.001         # code: ... to 0.001
  momentum: 0.9         # code
  nesterov: on          # code
  weight_decay: 3e-4    # code
  clip: 5               # code: norm of the gradient of the weights
  strength_lr: 3.5e-4           # code: Adam
  strength_betas: (0.5, 0.999)  # code
  strength_weight_decay: 1e-3   # code
  baseline_decay: 0.99  # code
  softmax_twice: off    # the gradient of REINFORCE; on is what the code does
  samples: 100          # code
  score_batches: 10     # code, ImageNet, where it was meant so; on CIFAR one
  cutout: 0             # code: off in search
}
