"""The newsletter's folder as a git checkout: what was changed is committed, and goes to and fro without force."""
