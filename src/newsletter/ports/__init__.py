"""Protocols: what the verbs ask of the world, each no wider than its users need."""
