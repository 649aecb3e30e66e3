"""Prose as it is read and looked through: its sentences, a phrase in it, a question about it."""
