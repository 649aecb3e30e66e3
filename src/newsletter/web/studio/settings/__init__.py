"""Settings: the newsletter's own, the sending service, and the start that they count from."""
