"""Builds the parts of a running newsletter: the room that names concrete classes, hands out the clock and makes ids."""

from newsletter.wiring.clock import SystemClock, Timing
from newsletter.wiring.parts import Parts, open_newsletter

__all__ = ["Parts", "SystemClock", "Timing", "open_newsletter"]
