"""Issues that went out, as anybody may read them."""
