"""The YAML at the head of posts and issues, read with its lines and written as a person would."""
