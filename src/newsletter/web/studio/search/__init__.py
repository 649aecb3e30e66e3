"""Looking things up: pages, acts, posts, issues, finds and readers."""
