"""How each system exports a newsletter: a module a system, which reads the files into an `Export`."""
