"""The finished mail: whether everyone can read it, in every mail program."""
