"""Torch modules, and nothing else: they know no files, no losses and no settings."""
