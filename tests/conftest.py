"""What holds for every test: one thread of torch, which gives the core back while it waits."""

import os

# Said before torch is imported. Tests are small; threads that spin would slow each other down on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
