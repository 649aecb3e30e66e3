"""Commands that say when the newsletter goes out, and that keep it going."""
