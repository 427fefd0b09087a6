nas 1
use std.darts

network search: gdas_search {}
search gdas { network: search  tau: [10, 1] }
# 5:38
