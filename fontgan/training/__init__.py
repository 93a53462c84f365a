"""Training: settings, the loop, samples, checkpoints and the log of a run."""
