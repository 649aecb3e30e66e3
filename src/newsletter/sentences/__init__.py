"""What readers are told on pages and in mails, in their language; a newsletter may put its own words in their place."""
