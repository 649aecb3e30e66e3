"""The newsletter's folder as a git checkout: what was changed is committed, pulled and pushed, never by force."""
