"""The nouns of a newsletter and the rules that hold between them: standard library only, no clock, disk or network."""
