"""The systems that a newsletter can move out to, by the names that the command line has for them."""

from __future__ import annotations

from newsletter.move_out.beehiiv import BEEHIIV
from newsletter.move_out.buttondown import BUTTONDOWN
from newsletter.move_out.ghost import GHOST
from newsletter.move_out.plain_files import FILES
from newsletter.move_out.substack import SUBSTACK
from newsletter.move_out.system import TargetSystem

SYSTEMS: dict[str, TargetSystem] = {one.name: one for one in (GHOST, SUBSTACK, BUTTONDOWN, BEEHIIV, FILES)}
