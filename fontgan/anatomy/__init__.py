"""What networks consist of, what they cost, and how they compare."""
