"""The pages: what readers and editors see in a browser."""
