"""What people see: feedback, exports, reports."""
