"""Results as files: sheets of glyphs, curves, networks, specimens of fonts, reports of runs."""
