use std.darts
cell normal(s0, s1) {
  s2..s9000 = skip_connect(s0)
  t2..t9000 = skip_connect(s0)
  return concat(s2..s9000, t2..t9000)
}
