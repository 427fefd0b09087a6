nas 1
# Regularised evolution (Real, Aggarwal, Huang and Le, AAAI 2019), as a baseline of the searches by gradients.

search evolution {
  epochs: 50  # all of these as in `search random`
  batch: 64
  split: 50%
  lr: 0.025
  lr_min: 0.001
  momentum: 0.9
  weight_decay: 3e-4
  clip: 5
  cutout: 0
  score: shared
  samples: 1000
  score_batches: 10
  train_epochs: 1
  population: 20  # ours, for hundreds of genotypes; the paper has populations of 100 for 20,000
  tournament: 5   # ours: a quarter of the population, as the paper's 25 of 100
}
