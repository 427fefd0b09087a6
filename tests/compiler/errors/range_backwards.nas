use std.darts
cell normal(s0, s1) {
  s5..s2 = skip_connect(s0)
  s2..t4 = skip_connect(s0)
  a..b = skip_connect(s0)
  s01..s03 = skip_connect(s0)
  s6 = skip_connect(s1)
  return concat(s6..s2, s6)
}
