"""How a sending service is connected: one step at a time, each to be repeated and taken back."""
