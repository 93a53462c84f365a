"""What several models are made of: a generator, an objective, a discriminator, each with its settings."""
