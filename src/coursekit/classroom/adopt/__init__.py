"""Courses that were not made here: what their sources ask of the grader, and whether it can give that."""
