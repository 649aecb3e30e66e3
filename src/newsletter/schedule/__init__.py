"""When an issue moves on by itself: the tick, and what it finds due."""
