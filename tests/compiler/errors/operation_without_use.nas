cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + skip_connect(s1)
  return concat(s2)
}
