"""Emergence: metrics, delayed generalisation (exact toys and modular addition), spill-over of updates, and alarms."""
