"""Dropout: linear models in closed form, averages over masks, variational readings, calibration, and a posterior beside it."""
