"""Normalization: layers by hand, scale invariance, learning rates, landscapes, shift, batches and blocks."""
