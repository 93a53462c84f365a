"""Drawing with a trained generator: from fonts, or from arrays."""
