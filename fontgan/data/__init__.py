"""From fonts to batches: rendering, the glyph store, and its views."""
