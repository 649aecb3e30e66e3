"""What `check` finds in an issue, on a page: shown in its kinds, fixed, answered and accepted."""
