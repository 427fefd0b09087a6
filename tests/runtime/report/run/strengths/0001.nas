# nasc search, 2026-11-22: darts, seed 3, digits, epoch 1 of 3, what every operation counts for
nas 1
use std.darts

ops few = none | max_pool_3x3 | skip_connect | dil_conv_3x3

cell normal(s0, s1) {
  s2 = none(s0) @0.0895 + max_pool_3x3(s0) @0.2597 + skip_connect(s0) @0.4974
     + dil_conv_3x3(s0) @0.1535 + none(s1) @0.3378 + max_pool_3x3(s1) @0.3271
     + skip_connect(s1) @0.0904 + dil_conv_3x3(s1) @0.2447
  s3 = none(s0) @0.5125 + max_pool_3x3(s0) @0.3513 + skip_connect(s0) @0.0580
     + dil_conv_3x3(s0) @0.0782 + none(s1) @0.1322 + max_pool_3x3(s1) @0.2377
     + skip_connect(s1) @0.4048 + dil_conv_3x3(s1) @0.2252 + none(s2) @0.2856
     + max_pool_3x3(s2) @0.1204 + skip_connect(s2) @0.1382 + dil_conv_3x3(s2) @0.4558
  return concat(s2..s3)
}

cell reduce(s0, s1) {
  s2 = none(s0) @0.2758 + max_pool_3x3(s0) @0.3656 + skip_connect(s0) @0.2668
     + dil_conv_3x3(s0) @0.0918 + none(s1) @0.4375 + max_pool_3x3(s1) @0.2883
     + skip_connect(s1) @0.0647 + dil_conv_3x3(s1) @0.2095
  return concat(s2)
}
