"""How many files and connections one process may have open, and how many of them the pages take."""

from __future__ import annotations

import resource

# What the pages need: their connections, those that wait to be taken, and the files of database, posts and pictures.
ENOUGH = 1_024
_OURS = 300
_WANTED = 4_096


def find_most_open_files() -> int:
    """How many files this process may open without asking anybody, at most as many as it will ever want."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)


def raise_open_files() -> int:
    """Raise the soft limit as far as it goes without asking. Returns how many files this process may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = find_most_open_files()
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def connections_within(n_files: int, most: int) -> int:
    """How many connections the pages may have at once, so that files are left for everything else."""
    return max(20, min(most, n_files - _OURS))
