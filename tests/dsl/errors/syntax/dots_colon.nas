nas 1
use std.darts

cell normal(s0, s1) {
  s2..s5 = keep 2 of darts(*)
  return concat(s2:s5)
}
# 6:19
