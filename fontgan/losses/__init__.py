"""Training losses. Images are (n, 1, size, size) in [0, 1], 1 = paper."""
