"""Grading what arrives in a folder, as long as it arrives."""
