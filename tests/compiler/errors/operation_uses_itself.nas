use std.darts
op a = relu -> a
op b = relu -> c
op c = relu -> d -> bn
op d = b
op e(k) = conv(k) -> [e(k), conv(1)]
op f = relu -> a
op g/2 = g
cell normal(s0, s1) { s2 = a(s0) + f(s1)  return concat(s2) }
