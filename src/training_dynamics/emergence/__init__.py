"""Emergence: metrics, late generalisation (toys and modular addition), induction heads, spill-over of updates, and alarms."""
