"""What is known of tries, on disk until it is in the database."""
