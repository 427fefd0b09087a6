use std.darts
cell normal(s0, s1) {
  s2 = relu(s0) + conv(s1)
  return s2
}
