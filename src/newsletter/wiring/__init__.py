"""Builds the parts of a running newsletter: the only room that names concrete classes, reads the clock and makes ids."""

from newsletter.wiring.clock import SystemClock, Timing
from newsletter.wiring.parts import Parts, open_newsletter

__all__ = ["Parts", "SystemClock", "Timing", "open_newsletter"]
