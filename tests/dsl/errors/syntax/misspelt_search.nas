nas 1
use std.darts

network search: darts_search {}
serach darts { network: search }
# 5:1
