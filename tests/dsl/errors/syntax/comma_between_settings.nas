nas 1
use std.darts

network search: darts_search {}
search darts { network: search, epochs: 50, batch: 64 }
# 5:31
