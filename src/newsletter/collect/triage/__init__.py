"""Finds on their way into an issue: looked at in the background, sorted press by press, and each press taken back."""
