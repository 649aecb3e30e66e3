"""Copies of the whole newsletter: one every night, and kept outside of this machine too."""
