nas 1
# The published recipe of GDAS (Dong and Yang, CVPR 2019). What a text does not say has the value given here.
# "Code" is the authors' code of the search, github.com/D-X-Y/GDAS at 13e908f; where it differs from the paper, the
# paper is followed.

search gdas {
  epochs: 240           # paper
  batch: 128            # code
  tau: (10, 1)          # paper; NAS-Bench-201 and the authors' later code: 10 to 0.1
  per_cell: off         # the authors' later code, AutoDL-Projects; the first code draws for every cell
  strengths_first: off  # paper, and the later code; the first code moves the strengths first
  split: 50%            # paper
  lr: 0.025             # paper: cosine from 0.025 ...
  lr_min: 0.001         # paper: ... to 0.001
  momentum: 0.9         # paper
  weight_decay: 3e-4    # paper
  clip: 5               # code: norm of the gradient of the weights
  strength_lr: 3e-4             # paper: Adam
  strength_betas: (0.5, 0.999)  # code
  strength_weight_decay: 1e-3   # paper
  cutout: 0                     # code: off in search
}
