nas 1
use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0);
  s3 = sep_conv_3x3(s1);
  return concat(s2..s3);
}
# 5:24
