"""The times of a list that are to come: which issue goes at which, and those that somebody skips."""
