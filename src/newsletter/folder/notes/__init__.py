"""What people note about posts and issues: a file beside the words, one entry a line, that only ever grows."""
