"""Commands about readers, lists and segments."""
