"""A second pair of eyes: notes on passages, suggestions, and who is asked to look."""
