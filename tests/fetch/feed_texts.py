"""Feeds of each kind as text, around the entries that a test gives."""

from __future__ import annotations

import json
from collections.abc import Sequence

_SPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def rss(items: str, *, title: str = "Coast") -> str:
    return f'<?xml version="1.0"?><rss version="2.0" {_SPACES}><channel><title>{title}</title>{items}</channel></rss>'


def atom(entries: str, *, base: str = "") -> str:
    there = f' xml:base="{base}"' if base else ""
    return f'<feed xmlns="http://www.w3.org/2005/Atom"{there}><title>Coast</title>{entries}</feed>'


def json_feed(items: Sequence[object], *, title: str = "Coast") -> str:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": title, "items": items}
    return json.dumps(feed, ensure_ascii=False)
