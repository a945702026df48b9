"""The scripts that explorables share, and those that every page loads, by their names in ``_static``."""

COMPUTE = ["_explorable_math.js"]  # without a page: what tests load, too
HELPERS = ["_explorable.js", "_explorable_address.js", "_explorable_ui.js", *COMPUTE]
EVERYWHERE = ["course.js"]
