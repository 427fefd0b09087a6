op my_conv = relu -> conv(3, stride) -> bn
op sep_conv_3x3 = relu -> conv(5, stride) -> bn
ops darts = my_conv | sep_conv_3x3
