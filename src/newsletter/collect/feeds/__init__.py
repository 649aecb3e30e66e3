"""Feeds: subscribed to, polled, and remembered."""
