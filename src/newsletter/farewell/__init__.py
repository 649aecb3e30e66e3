"""Farewell: the newsletter goes on elsewhere or not at all, and what readers still have links to keeps answering."""
