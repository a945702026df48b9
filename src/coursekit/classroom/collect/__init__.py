"""From what was handed in to ``submitted/``."""
