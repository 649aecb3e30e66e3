"""Stand-ins for the outside world, each a process of its own that speaks real protocols over real sockets."""
