"""When a step of the walk happens: the tick, and what it finds due."""
