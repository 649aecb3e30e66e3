"""What a mail to one person looks like, on a light screen and on a dark one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours as #rrggbb. The sheet lies on the backdrop, and everything else on the sheet."""

    backdrop: str
    sheet: str
    ink: str
    soft: str
    line: str
    accent: str
    accent_ink: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLook:
    """The newsletter's own colours; ours where its template has none that can be read."""

    light: Palette = Palette(
        backdrop="#eef2f5",
        sheet="#ffffff",
        ink="#14202b",
        soft="#566370",
        line="#dce2e6",
        accent="#1c4f94",
        accent_ink="#ffffff",
    )
    dark: Palette = Palette(
        backdrop="#10161c",
        sheet="#171f27",
        ink="#e6ebef",
        soft="#a0adb8",
        line="#2f3b46",
        accent="#8db8f2",
        accent_ink="#0e1a29",
    )

    def values(self) -> Mapping[str, str]:
        """By name; those of the dark palette begin with `dark_`."""
        return {**asdict(self.light), **{f"dark_{name}": colour for name, colour in asdict(self.dark).items()}}
