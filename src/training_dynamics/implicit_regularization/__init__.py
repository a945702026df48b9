"""Implicit regularization: least squares, margins, scale, depth, and what of it matters on digits."""
