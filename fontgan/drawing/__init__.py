"""A checkpoint and characters to glyph images."""
