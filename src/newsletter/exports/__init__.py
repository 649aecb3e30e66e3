"""Lists written as files, for ourselves and for other systems."""
