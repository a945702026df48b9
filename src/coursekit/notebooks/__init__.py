"""Notebooks as files: reading what people hand in, and what their code binds and uses."""
