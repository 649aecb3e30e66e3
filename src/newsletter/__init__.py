"""A newsletter is a folder of text files, and a ledger of who got which issue."""

__version__ = "0.1.0"
