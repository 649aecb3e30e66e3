"""Work that is done later or elsewhere: the tasks by their names, and the queue that each of them waits in."""

from __future__ import annotations

from enum import StrEnum


class WorkQueue(StrEnum):
    """A kind of work. A process may do some kinds only; what takes long delays no sending, which has a queue of its own."""

    SENDING = "sending"
    # Small, and done by every process: it finds what was forgotten.
    UPKEEP = "upkeep"
    # These read the newsletter's folder: its issues, the colours of its letters, its feeds.
    SCHEDULE = "schedule"
    LETTERS = "letters"
    POLLS = "polls"
    # It takes minutes, and goes by the key that erased people are known by.
    IMPORTS = "imports"


class Task(StrEnum):
    """What a job asks for. Its name is kept in the database: a job may be older than the program that does it."""

    DRAIN = "drain"  # hand over what is due of one mailing, for some seconds
    LOOK = "look"  # look at the rows: what was interrupted, what is due, and which mailing nobody works on
    RETRY = "retry_stalled"  # give jobs of processes that died, or stand still, to others
    TICK = "tick"  # bring the schedule up to now
    POST = "post_letters"  # mails that answer readers' requests
    SWEEP = "sweep"  # forget what is kept only for a time
    LISTEN = "listen"  # what providers tell
    IMPORT = "import"  # look at files that were brought, import them, and take imports back
    COLLECT = "collect"  # feeds, the letterbox, the titles of new finds
    PICTURES = "make_pictures"  # make pictures of the folder ready for mail
    CHECK = "check_links"  # hold issues against the web: links, pictures, quotes

    @property
    def queue(self) -> WorkQueue:
        return _QUEUES[self]


_QUEUES = {
    Task.DRAIN: WorkQueue.SENDING,
    Task.LOOK: WorkQueue.UPKEEP,
    Task.RETRY: WorkQueue.UPKEEP,
    Task.TICK: WorkQueue.SCHEDULE,
    Task.POST: WorkQueue.LETTERS,
    Task.SWEEP: WorkQueue.UPKEEP,
    Task.LISTEN: WorkQueue.POLLS,
    Task.COLLECT: WorkQueue.POLLS,
    Task.CHECK: WorkQueue.POLLS,
    Task.PICTURES: WorkQueue.SCHEDULE,
    Task.IMPORT: WorkQueue.IMPORTS,
}
