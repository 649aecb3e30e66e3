"""Move in: a newsletter that was published with another system comes with its old issues and its readers."""
