"""What can be said of drawn glyphs: how near they are to the true ones, and whether they are right."""
