nas 1
# Random search, as a baseline of the searches by gradients.

search random {
  epochs: 50          # as `search darts`, so that the baseline has the same steps of weights
  batch: 64           # as `search darts`
  split: 50%          # as `search darts`
  lr: 0.025           # as `search darts`: cosine from 0.025 ...
  lr_min: 0.001       # ... to 0.001
  momentum: 0.9       # as `search darts`
  weight_decay: 3e-4  # as `search darts`
  clip: 5             # as `search darts`
  cutout: 0           # as `search darts`
  score: shared       # Li and Talwalkar (UAI 2019): weights trained on uniform samples
  samples: 1000       # ours
  score_batches: 10   # ours
  train_epochs: 1     # ours
}
