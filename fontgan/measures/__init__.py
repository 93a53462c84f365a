"""How near glyph images are to the true glyphs."""
