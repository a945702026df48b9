"""Characters that are not shown but obeyed, as parts of a regular expression's class: they could steer a terminal or a page."""

CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f"  # all of ASCII's but tab, line feed, return and escape
DIRECTION = r"\u202a-\u202e\u2066-\u2069"  # turn the order of what follows
LONE = r"\ud800-\udfff"  # halves of characters, which no file can hold
