"""The pages that anybody may open: subscribe, confirm, preferences, leave, and the archive."""
