"""Mails that come back to a mail server's sender: whose copy it was, what was said of it, and whether it is for good."""
