"""Test mails: copies for those who make the newsletter, outside the account of who has an issue."""
