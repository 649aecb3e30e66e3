"""Pages for a second pair of eyes: notes beside the words, who is in which part, and links for guests."""
