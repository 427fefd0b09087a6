op my_conv = relu -> conv(3, stride) -> bn )
op other = 
