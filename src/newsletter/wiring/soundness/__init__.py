"""Whether what a newsletter runs on is sound: this machine, and what is asked of others."""
