"""The way into the studio by mailed links."""
