"""Opens what comes from outside apart from us: in a child process with bounds of time and memory, never in our own."""

from newsletter.apart.call import Bounds, TooMuch, call

__all__ = ["Bounds", "TooMuch", "call"]
