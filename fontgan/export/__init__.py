"""Drawn characters as a font to install."""
