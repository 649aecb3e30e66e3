"""Commands that send an issue, watch it, and tell what came of it."""
