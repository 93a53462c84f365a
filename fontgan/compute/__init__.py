"""Computation: the device and its precision, the optimisers, the running average of weights."""
