"""What editors and readers send by mail, as finds and posts."""
