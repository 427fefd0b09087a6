nas 1
# The published training of NAS-Bench-201 (Dong and Yang, ICLR 2020).

train nasbench201 { recipe: cifar10_nasbench201 }

train cifar10_nasbench201 {
  epochs: 200         # paper
  batch: 256          # paper
  schedule: cosine    # paper
  lr: 0.1             # paper: from 0.1 ...
  lr_min: 0           # paper: ... to 0
  momentum: 0.9       # paper
  nesterov: on        # paper
  weight_decay: 5e-4  # paper
  clip: 0             # none is published
  auxiliary: 0        # none
  drop_path: 0        # none
  cutout: 0           # none: crop and flip
  label_smoothing: 0  # none
}
