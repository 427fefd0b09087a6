nas 1
use std.darts

cell normal(s0, s1) {
  keep 2 of darts(*)
  return s2
}
# 5:3
