use std.darts
ops mine = sep_conv_3x3 | skip_connect | sep_conv_3x3 | skip_conect | darts
ops more = relu | conv
cell normal(s0, s1) {
  s2 = {none | skip_connect | none}(s0)
  s3 = {darts | none}(s1)
  s4 = {mine | none}(s1)
  s5 = keep 1 of mine(*)
  return concat(s2..s5)
}
