"""Comparisons: several models, settings, numbers of characters or seeds, trained and judged alike."""
