use "circle_b.nas"
op circle = identity
