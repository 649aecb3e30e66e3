"""People: who is on which list, who may be mailed, and what is kept about one person."""
