# nasc search, 2026-11-22: darts, seed 3, digits, epoch 3 of 3, what every operation counts for
nas 1
use std.darts

ops few = none | max_pool_3x3 | skip_connect | dil_conv_3x3

cell normal(s0, s1) {
  s2 = none(s0) @0.0501 + max_pool_3x3(s0) @0.0637 + skip_connect(s0) @0.8170
     + dil_conv_3x3(s0) @0.0692 + none(s1) @0.5380 + max_pool_3x3(s1) @0.1182
     + skip_connect(s1) @0.0688 + dil_conv_3x3(s1) @0.2750
  s3 = none(s0) @0.3153 + max_pool_3x3(s0) @0.5525 + skip_connect(s0) @0.0586
     + dil_conv_3x3(s0) @0.0736 + none(s1) @0.0894 + max_pool_3x3(s1) @0.1302
     + skip_connect(s1) @0.2063 + dil_conv_3x3(s1) @0.5742 + none(s2) @0.4931
     + max_pool_3x3(s2) @0.1422 + skip_connect(s2) @0.1716 + dil_conv_3x3(s2) @0.1931
  return concat(s2..s3)
}

cell reduce(s0, s1) {
  s2 = none(s0) @0.8915 + max_pool_3x3(s0) @0.0549 + skip_connect(s0) @0.0350
     + dil_conv_3x3(s0) @0.0185 + none(s1) @0.7931 + max_pool_3x3(s1) @0.0793
     + skip_connect(s1) @0.0501 + dil_conv_3x3(s1) @0.0775
  return concat(s2)
}
