"""The providers that can carry the mail, each in a folder of its own; `registry.py` lists them."""
