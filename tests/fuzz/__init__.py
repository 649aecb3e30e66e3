"""Requests that nobody would send in good faith, to every address that there is."""
