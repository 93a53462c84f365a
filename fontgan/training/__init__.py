"""Training: the loop, the run on disk, its log, samples and checkpoints."""
