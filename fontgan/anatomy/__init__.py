"""The layers and larger stages of networks."""
