"""A mail server of your own, spoken to by SMTP: one mail a reader, each with an answer of its own."""
