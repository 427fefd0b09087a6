use std.darts
cell normal(s0, s1) {
  s2 = keep 3 of darts(*)
  s3 = keep 2 of sep_conv_3x3(s2)
  s4 = keep 3 of (darts(s0) + {sep_conv_3x3 | none}(s1))
  s5 = keep 3..9 of darts(*)
  s6..s9 = keep 7 of darts(*)
  return concat(s2..s9)
}
