"""Commands about what the newsletter runs on."""
