"""Move out: a newsletter leaves with its issues, its readers and the addresses under which it was found."""
