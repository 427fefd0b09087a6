"""Side-by-side timings: what the compiled networks cost against plain PyTorch ones."""
