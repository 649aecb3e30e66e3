"""Pages about one issue, from the draft to the report."""
