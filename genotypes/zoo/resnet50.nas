nas 1
# ResNet50 as DARTOpti starts from it (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021, genotypes.py).
# Its cells read only the output of the cell before the last, so that every other cell learns nothing.
# Edges from states that come later are left out here: the authors' code never runs them.

use std.ddarts

cell resnet50_0(s0, s1) {
  s2 = bottleneck_1x3x1(s0) + skip_connect(s0)
  s3 = bottleneck_1x3x1(s2) + skip_connect(s2)
  s4 = bottleneck_1x3x1(s3) + skip_connect(s3)
  return concat(s2..s4)
}

cell resnet50_1(s0, s1) {
  s2 = bottleneck_1x3x1(s0) + skip_connect(s0)
  s3 = bottleneck_1x3x1(s2) + skip_connect(s2)
  s4 = bottleneck_1x3x1(s3) + skip_connect(s3)
  s5 = bottleneck_1x3x1(s4) + skip_connect(s4)
  return concat(s2..s5)
}

cell resnet50_2(s0, s1) {
  s2 = bottleneck_1x3x1(s0) + skip_connect(s0)
  s3 = bottleneck_1x3x1(s2) + skip_connect(s2)
  s4 = bottleneck_1x3x1(s3) + skip_connect(s3)
  s5 = bottleneck_1x3x1(s4) + skip_connect(s4)
  s6 = bottleneck_1x3x1(s5) + skip_connect(s5)
  s7 = bottleneck_1x3x1(s6) + skip_connect(s6)
  return concat(s2..s7)
}

network cifar: ddarts_cifar {
  channels: 64
  cells: resnet50[0], resnet50[1..2]/2, resnet50[0]/2
  require params == 24360522
  require macs == 1452358656
}

network imagenet: dartopti_imagenet {
  channels: 64
  cells: resnet50[0], resnet50[1..2]/2, resnet50[0]/2
  require params == 25900296
  require params_aux == 27260912
  require macs == 4687974400
}
