"""Font files: which characters they draw, and the pixels of their outlines."""
