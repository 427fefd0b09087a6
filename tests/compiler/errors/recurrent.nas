use std.darts_rnn
recurrent a(x, h) {
  s0 = tanh(x)
  s1 = gate(h, x)
  s2 = gate(x)
  s3 = tanh(s0)
  s4 = gate(s0, s1)
  s5 = skip_connect(s3)
  return mean(s1..s5)
}
recurrent b(x) { s0 = gate(x)  return s0 }
recurrent c(x, h, y) { s0 = gate(x, h)  return s0 }
recurrent d(x, h) { s1..s2 = keep 1 of darts_rnn(*)  return mean(s1..s2) }
recurrent e(x, h) { s0 = gate(x, h)  s1 = {gate | tanh}(s0)  s2 = gate(*)  return x }
recurrent f(x, h) { s0 = gate(x, h)  s1 = gate(x, h)  s2 = tanh(s1)  return mean(s0..s2) }
cell g(s0, s1, s2) { s3 = none(s0)  return s3 }
cell k(s0, s1) { s2 = gate(s0, s1)  return s2 }
