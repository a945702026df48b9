"""What runs inside the student's and the checker's processes."""
