"""What a person decides when an issue that went was wrong."""
