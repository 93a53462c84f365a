"""Training runs on disk: their folders, logs, checkpoints, and what training continues from."""
