"""Torch modules only: they do not depend on files, losses or settings."""
