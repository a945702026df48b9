"""A tiny course: its toolbox is for students, all else is not."""
