"""What a page does for its reader: predictions that hold a figure back, previews of what links point to, progress."""
