"""Images of results: sheets of glyphs, curves, networks."""
