"""Outlines from grey glyph images: lines and cubics whose coverage is the picture."""
