"""What is shown of a result: sheets of glyphs."""
