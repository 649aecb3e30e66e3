"""Mails to one person at a time, in their language, and the queue that they wait in."""
