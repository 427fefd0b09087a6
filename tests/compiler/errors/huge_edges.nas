use std.darts
cell normal(s0, s1) {
  s2..s9000 = skip_connect(*)
  return concat(s2..s9000)
}
