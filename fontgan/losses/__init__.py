"""What training makes small: pictures are (n, 1, size, size) in [0, 1], 1 = paper; losses are scalars."""
