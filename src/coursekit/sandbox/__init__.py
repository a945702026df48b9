"""The sandbox for students' processes."""
