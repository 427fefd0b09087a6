nas 1
# Xception as DARTOpti starts from it (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021, genotypes.py).
# Its cells read only the output of the cell before the last, so that every other cell learns nothing.
# Edges from states that come later are left out here: the authors' code never runs them.
# differs: the authors' code counts 15,761,738 params, 1,093,632 of them in edges that never run

use std.ddarts

cell xception_0(s0, s1) {
  s4 = simple_conv_1x1(s0)
  s2 = sep_conv_3x3(s0)
  s3 = sep_conv_3x3(s2)
  return concat(s4, s2, s3)
}

cell xception_1(s0, s1) {
  s4 = skip_connect(s0)
  s2 = sep_conv_3x3(s0)
  s3 = sep_conv_3x3(s2)
  return concat(s4, s2, s3)
}

cell xception_2(s0, s1) {
  s2 = sep_conv_3x3(s0)
  s3 = sep_conv_3x3(s2)
  return concat(s2, s3)
}

network cifar: ddarts_cifar {
  channels: 64
  cells: xception[0], xception[0]/2*2, xception[1]*8, xception[0]/2, xception[2]/2
  require params == 14668106
  require macs == 645861376
}
