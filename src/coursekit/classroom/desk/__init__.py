"""Marking by click: a page on this machine alone, where a person gives points to written answers."""
