"""Drawn characters as font files: a new font, one merged into a person's own font, UFO for a font editor."""
