Genotype(normal=[('sep_conv_3x3', 1)], normal_concat=range(2, 6))
# 1:1
