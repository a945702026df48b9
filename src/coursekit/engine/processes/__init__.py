"""Starting, watching and ending those processes."""
