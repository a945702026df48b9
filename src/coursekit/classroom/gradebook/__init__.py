"""nbgrader's gradebook, derived from the records."""
