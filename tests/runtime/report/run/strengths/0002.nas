# nasc search, 2026-11-22: darts, seed 3, digits, epoch 2 of 3, what every operation counts for
nas 1
use std.darts

ops few = none | max_pool_3x3 | skip_connect | dil_conv_3x3

cell normal(s0, s1) {
  s2 = none(s0) @0.0529 + max_pool_3x3(s0) @0.0990 + skip_connect(s0) @0.7510
     + dil_conv_3x3(s0) @0.0971 + none(s1) @0.4694 + max_pool_3x3(s1) @0.2247
     + skip_connect(s1) @0.0708 + dil_conv_3x3(s1) @0.2352
  s3 = none(s0) @0.3961 + max_pool_3x3(s0) @0.5052 + skip_connect(s0) @0.0300
     + dil_conv_3x3(s0) @0.0686 + none(s1) @0.1033 + max_pool_3x3(s1) @0.2765
     + skip_connect(s1) @0.2476 + dil_conv_3x3(s1) @0.3725 + none(s2) @0.3981
     + max_pool_3x3(s2) @0.1314 + skip_connect(s2) @0.2013 + dil_conv_3x3(s2) @0.2692
  return concat(s2..s3)
}

cell reduce(s0, s1) {
  s2 = none(s0) @0.5843 + max_pool_3x3(s0) @0.2228 + skip_connect(s0) @0.1600
     + dil_conv_3x3(s0) @0.0329 + none(s1) @0.7671 + max_pool_3x3(s1) @0.1189
     + skip_connect(s1) @0.0371 + dil_conv_3x3(s1) @0.0768
  return concat(s2)
}
