"""Readers from files: understood column by column, losing nobody silently, and taken back by their number."""
