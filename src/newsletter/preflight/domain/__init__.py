"""The sender's domain and mail server, as receivers see them."""
