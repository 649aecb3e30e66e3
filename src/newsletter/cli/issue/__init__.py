"""Commands about one issue before it goes."""
