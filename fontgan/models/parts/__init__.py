"""Building blocks of several models: a generator, an objective, a discriminator, each with its settings."""
