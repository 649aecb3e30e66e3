"""What the words of an issue show by themselves."""
