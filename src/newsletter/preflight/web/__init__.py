"""What the web answers about an issue's links and pictures."""
