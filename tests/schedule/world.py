"""A newsletter with a schedule, under a clock that the test turns."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from sqlalchemy import update

from newsletter.compose.press import press
from newsletter.db.engine import writing
from newsletter.db.limits import WaitLimits
from newsletter.jobs.rounds import Rounds
from newsletter.ledger.plan import plan
from newsletter.ledger.tables import mailing
from newsletter.notices.notices_sql import Notices
from newsletter.schedule.desk import Desk
from newsletter.schedule.schedule import Schedule
from newsletter.schedule.tick import tick
from newsletter.wiring import Parts, Timing, open_newsletter
from newsletter.wiring.clocks import desk_of
from newsletter.words.slot import Slot, SlotStatus, Timetable, Ways, Why
from newsletter.words.times.cadence_text import parse_cadence
from tests.running import ISSUE, POST, a_folder
from tests.world import add_readers

THURSDAY = "every thursday 09:00 Europe/Berlin"
# Far ahead of the days on which tests run: what is scheduled waits by the database's own clock too, which nobody turns.
YEAR = 2037
# Monday noon; the next slot is Thursday 3 December, 08:00 UTC.
MONDAY = datetime(YEAR, 11, 30, 12, tzinfo=UTC)
SLOT = datetime(YEAR, 12, 3, 8, tzinfo=UTC)
READERS = [f"reader{number}@example.com" for number in range(3)]


def through(url: str, *, parcel_size: int) -> dict[str, str]:
    """The settings of a newsletter that SendGrid's stand-in carries."""
    return {
        "NEWSLETTER_PROVIDER": "sendgrid",
        "SENDGRID_API_KEY": "SG.made-up-key-for-tests",
        "NEWSLETTER_SENDGRID_URL": url,
        "NEWSLETTER_PARCEL_SIZE": str(parcel_size),
    }


class TurnedClock:
    """A clock that stands still until it is turned."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def turn(self, to: datetime) -> None:
        self._now = to


class World:
    """A folder with a newsletter in it, three readers on `weekly`, and Thursday at nine."""

    def __init__(
        self,
        folder: Path,
        *,
        url: str | None = None,
        now: datetime = MONDAY,
        n_readers: int = 3,
        limits: WaitLimits | None = None,
        **settings: str,
    ) -> None:
        """`settings` stand in `var/secrets.env`, for every process of this newsletter."""
        self.folder = folder if (folder / "newsletter.toml").exists() else a_folder(folder)
        if url and not url.startswith("sqlite"):
            settings["NEWSLETTER_DATABASE_URL"] = url
        with (folder / "var" / "secrets.env").open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in settings.items())
        self.clock = TurnedClock(now)
        self._opened: list[Parts] = []
        self._limits = limits or WaitLimits()
        self.parts = self.opened()
        if n_readers:
            add_readers(self.parts.engine, "weekly", range(n_readers))

    def close(self) -> None:
        for parts in self._opened:
            parts.engine.dispose()

    def opened(self) -> Parts:
        """The parts of another process of the same newsletter, under the same clock."""
        parts = open_newsletter(self.folder, Timing(clock=self.clock, limits=self._limits))
        self._opened.append(parts)
        return parts

    @property
    def schedule(self) -> Schedule:
        return self.parts.schedule

    @property
    def notices(self) -> Notices:
        return self.parts.notices

    @property
    def desk(self) -> Desk:
        return desk_of(self.parts)

    def set_timetable(self, text: str = THURSDAY, **ways: object) -> Timetable:
        return self.schedule.timetables.save("weekly", parse_cadence(text), Ways(**ways), now=self.clock.now())  # type: ignore[arg-type]

    def post(self, number: int) -> None:
        """Another post arrives."""
        path = self.folder / "posts" / f"{self.clock.now():%Y-%m-%d}-ferry-{number}.md"
        path.write_text(POST.replace("Ferries in winter", f"Ferry number {number}"))

    def issue(self, number: int, words: str = "this week is about ice") -> None:
        """Somebody writes an issue of their own."""
        text = ISSUE.replace("number: 1", f"number: {number}").replace("this week is about ice", words)
        (self.folder / "issues" / f"{number:03d}.md").write_text(text)

    def beat(self, at: datetime | None = None) -> None:
        """What `serve` does at one beat: a tick, the sender, and a tick that sees what was sent."""
        if at:
            self.clock.turn(at)
        rounds = Rounds(self.desk, self.parts.drain(threading.Event()), lambda: None)
        rounds.schedule_beat()
        rounds.sending_beat()
        rounds.schedule_beat()

    def tick(self, at: datetime | None = None) -> None:
        if at:
            self.clock.turn(at)
        tick(self.desk)

    def send_by_hand(self, number: int) -> None:
        """As `newsletter send` does it, under the world's clock."""
        edition = press(self.parts.shelf, self.parts.config.newsletter, number).rendered.edition
        begin = self.clock.now()
        sending, _ = plan(self.parts.ledger, self.clock, edition, list_name="weekly", parcel_size=10, start_at=begin)
        # The database has a clock of its own, which nobody turns.
        with writing(self.parts.engine) as connection:
            mine = update(mailing).where(mailing.c.id == sending.id)
            connection.execute(mine.values(start_at=begin, status="sending"))
        self.parts.drain(threading.Event()).once()

    def move_database(self) -> None:
        """The file of the database is another one from now on, with the same rows: a copy."""
        path = self.folder / "var" / "newsletter.db"
        self.parts.live.check()
        self.parts.engine.dispose()
        twin = path.with_suffix(".twin")
        twin.write_bytes(path.read_bytes())
        twin.replace(path)

    def slots(self) -> list[Slot]:
        (timetable,) = self.schedule.timetables.list_all()
        return list(self.schedule.slots.of(timetable.id))

    def slot(self, at: datetime = SLOT) -> Slot:
        return next(slot for slot in self.slots() if slot.at == at)

    def stands(self, at: datetime = SLOT) -> tuple[SlotStatus | None, Why | None]:
        """Status and reason of the slot at a time; None where there is none yet."""
        here = [slot for slot in self.slots() if slot.at == at]
        return (here[0].status, here[0].why) if here else (None, None)

    def went(self) -> list[int]:
        """The issues that went, in order."""
        return [slot.issue or 0 for slot in self.slots() if slot.status is SlotStatus.GONE]

    def shown(self) -> list[EmailMessage]:
        """The mails to editors that show a frozen issue, oldest first."""
        return [mail for mail in self._notices() if "/stop/" in str(mail)]

    def mails(self) -> list[EmailMessage]:
        """The owner's other mails, oldest first."""
        return [mail for mail in self._notices() if "/stop/" not in str(mail)]

    def _notices(self) -> list[EmailMessage]:
        folder = self.folder / "var" / "outbox" / "0"
        files = (
            sorted(folder.glob("*.eml"), key=lambda path: int(path.name.partition(".")[0])) if folder.exists() else []
        )
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]

    def subjects(self) -> list[str]:
        return [str(mail["Subject"]).removeprefix("[Weekly Ferries] ") for mail in self.mails()]

    def text_of(self, number: int) -> str:
        """The words of the owner's mail with this place in the row."""
        part = self.mails()[number].get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    def copies(self, issue: int) -> list[str]:
        """To whom the mails on disk of an issue went: twice here is twice there."""
        folder = self.folder / "var" / "outbox" / str(issue)
        mails = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(folder.glob("*.eml"))]
        return sorted(str(mail["To"]) for mail in mails)
