use "circle_a.nas"
