nas 1
# ResNet18 as DARTOpti starts from it (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021, genotypes.py).
# Its cells read only the output of the cell before the last, so that every other cell learns nothing.

use std.ddarts

cell resnet18(s0, s1) {
  s2 = simple_conv_3x3(s0)
  s3 = simple_conv_3x3(s2) + skip_connect(s0)
  s4 = simple_conv_3x3(s3)
  s5 = simple_conv_3x3(s4) + skip_connect(s3)
  return concat(s2..s5)
}

network cifar: ddarts_cifar {
  channels: 64
  cells: resnet18, resnet18/2*3
  require params == 13982154
  require macs == 806440960
}

network imagenet: dartopti_imagenet {
  channels: 64
  cells: resnet18, resnet18/2*3
  require params == 16028808
  require params_aux == 17454960
  require macs == 2710347776
}
