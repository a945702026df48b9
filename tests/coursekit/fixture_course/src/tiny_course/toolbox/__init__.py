"""What students may import."""
