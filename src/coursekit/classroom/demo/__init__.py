"""A made-up term with made-up students."""
