"""From ``submitted/`` to records."""
