use std.darts
cell normal(s0, s1) {
  s2 = keep 2..1 of darts(*)
  s3 = keep 0 of darts(*)
  s4 = keep 0..0 of darts(*)
  s5 = skip_connect(s0)
  s6 = {keep 2..1 of darts}(s0)
  s7 = {keep 9 of darts}(s0)
  s8 = {keep 0..9 of darts}(s0)
  s9 = keep 0..9 of darts(*)
  return concat(s2..s9)
}
