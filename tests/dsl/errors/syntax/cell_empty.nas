nas 1
use std.darts

cell normal(s0, s1) {}
# 4:22
