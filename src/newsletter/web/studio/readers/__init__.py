"""Pages about readers and lists."""
