"""Who can carry the mail, a room each; `registry.py` names them, `kind.py` says what a room brings."""
