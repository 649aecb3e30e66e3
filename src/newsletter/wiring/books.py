"""What stands in the database of a newsletter, each part built when it is first asked for."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.wiring.clock import Timing
from newsletter.wiring.files import Files

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.access.links_sql import AccessLinks
    from newsletter.access.unnamed_proxies_sql import UnnamedProxies
    from newsletter.access.users_sql import Users
    from newsletter.archive.archive_sql import Archive
    from newsletter.archive.pictures_sql import SharedPictures
    from newsletter.connect.looks_sql import KeptLooks
    from newsletter.consent.consent import Consent
    from newsletter.farewell.farewell_sql import Farewells
    from newsletter.feedback.alarms_sql import Alarms
    from newsletter.feedback.events_sql import EventLog
    from newsletter.feedback.wrong_bounces_sql import WrongBounces
    from newsletter.folder.pictures.images import ImageFolder
    from newsletter.imports.imports_sql import Imports
    from newsletter.imports.uploads_sql import Uploads
    from newsletter.jobs.drivers_sql import Drivers
    from newsletter.ledger.ledger import Ledger
    from newsletter.ledger.live_sql import Live
    from newsletter.move_in.moves_sql import Moves
    from newsletter.notices.notices_sql import Notices
    from newsletter.ports.locks import SenderLock
    from newsletter.preflight.web.looks_sql import WebLooks
    from newsletter.readers.growth_sql import Growth
    from newsletter.readers.readers_sql import Readers
    from newsletter.readers.roster_sql import Roster
    from newsletter.report.copies_sql import Copies
    from newsletter.report.reports_sql import Reports
    from newsletter.review.letters import NotePost
    from newsletter.review.links_sql import ReviewLinks
    from newsletter.review.looks_sql import LastLooks
    from newsletter.review.presence_sql import Presence
    from newsletter.review.sittings_sql import OpenSittings
    from newsletter.schedule.schedule import Schedule
    from newsletter.segments.segments_sql import Segments
    from newsletter.words.erasure import EraseKey


@dataclass(frozen=True)
class Books(Files):
    """The database, in the rooms that the verbs ask for; practice is an account of its own in it."""

    # The clock to go by, and how long to wait; the machine's own clock where no other is given.
    timing: Timing = field(default_factory=Timing)

    @cached_property
    def engine(self) -> Engine:
        from newsletter.db.engine import check_durable, connect
        from newsletter.db.upgrade import prepare
        from newsletter.wiring.schema import metadata

        engine = connect(self.config.database_url, self.timing.limits)
        if prepare(engine, metadata):
            self._live(engine).declare()
        check_durable(engine)
        return engine

    def beside_database(self, ending: str) -> Path | None:
        """A file beside an SQLite database; None for a server. By link or relative path: one database, one such file."""
        if self.engine.dialect.name != "sqlite":
            return None
        return Path(f"{Path(self.engine.url.database or '').resolve()}.{ending}")

    @cached_property
    def lock(self) -> SenderLock:
        from newsletter.db.lock import FileLock, SharedSending

        path = self.beside_database("sender")
        return FileLock(path) if path else SharedSending()

    @cached_property
    def erase_key(self) -> EraseKey:
        from newsletter.folder.secret_file import kept_secret
        from newsletter.words.erasure import EraseKey

        return EraseKey(self._given_erase_key.encode() or kept_secret(self._erase_key_file))

    @property
    def has_erase_key(self) -> bool:
        """Whether there is one already, so that none is made here that knows nobody who was erased elsewhere."""
        return bool(self._given_erase_key) or self._erase_key_file.exists()

    @property
    def _given_erase_key(self) -> str:
        return os.environ.get("NEWSLETTER_ERASE_KEY", "").strip()

    @property
    def _erase_key_file(self) -> Path:
        return self.directory / "var" / "erase.key"

    @cached_property
    def readers(self) -> Readers:
        from newsletter.readers.readers_sql import Readers

        return Readers(self.engine, house_title=self.config.newsletter.name)

    @cached_property
    def consent(self) -> Consent:
        from newsletter.consent.consent import open_consent
        from newsletter.wiring.forget import FORGETS

        return open_consent(
            self.engine,
            self.erase_key,
            FORGETS,
            keep_visitor_days=self.config.keep_ip_days,
        )

    @cached_property
    def unnamed_proxies(self) -> UnnamedProxies:
        from newsletter.access.unnamed_proxies_sql import UnnamedProxies

        return UnnamedProxies(self.engine)

    @cached_property
    def access_links(self) -> AccessLinks:
        from newsletter.access.links_sql import AccessLinks

        return AccessLinks(self.engine)

    @cached_property
    def users(self) -> Users:
        from newsletter.access.users_sql import Users

        return Users(self.engine)

    @cached_property
    def imports(self) -> Imports:
        from newsletter.imports.imports_sql import Imports

        return Imports(self.engine)

    @cached_property
    def uploads(self) -> Uploads:
        from newsletter.db.doorbell import prepare_to_ring
        from newsletter.imports.uploads_sql import Uploads

        prepare_to_ring(self.engine)
        return Uploads(self.engine)

    @cached_property
    def moves(self) -> Moves:
        from newsletter.move_in.moves_sql import Moves

        return Moves(self.engine)

    @cached_property
    def segments(self) -> Segments:
        from newsletter.segments.segments_sql import Segments

        return Segments(self.engine)

    @cached_property
    def archive(self) -> Archive:
        from newsletter.archive.archive_sql import Archive

        return Archive(self.engine, practice=self.config.is_practice)

    @cached_property
    def images(self) -> ImageFolder:
        if self.shared_pictures is None:
            return super().images
        from newsletter.wiring.pictures import images_of_all

        return images_of_all(self.directory, self.shared_pictures)

    @cached_property
    def shared_pictures(self) -> SharedPictures | None:
        """Where machines share a server, so that each answers for what another one mailed; None on an SQLite file."""
        if self.config.database_url.startswith("sqlite"):
            return None
        from newsletter.archive.pictures_sql import SharedPictures

        return SharedPictures(lambda: self.engine)

    @cached_property
    def ledger(self) -> Ledger:
        from newsletter.db.doorbell import prepare_to_ring
        from newsletter.ledger.ledger import open_ledger
        from newsletter.schedule.slots_sql import has_slot

        prepare_to_ring(self.engine)
        return open_ledger(self.engine, practice=self.config.is_practice, is_awaited=has_slot)

    @cached_property
    def events(self) -> EventLog:
        from newsletter.feedback.events_sql import EventLog

        return EventLog(self.engine, self.consent.membership)

    @cached_property
    def alarms(self) -> Alarms:
        from newsletter.feedback.alarms_sql import Alarms

        return Alarms(self.engine)

    @cached_property
    def wrong_bounces(self) -> WrongBounces:
        from newsletter.feedback.wrong_bounces_sql import WrongBounces

        return WrongBounces(self.engine, self.consent.membership)

    @cached_property
    def copies(self) -> Copies:
        from newsletter.report.copies_sql import Copies

        return Copies(self.engine, practice=self.config.is_practice)

    @cached_property
    def reports(self) -> Reports:
        from newsletter.report.reports_sql import Reports

        return Reports(self.engine, practice=self.config.is_practice)

    @cached_property
    def schedule(self) -> Schedule:
        from newsletter.schedule.schedule import open_schedule

        return open_schedule(self.engine, practice=self.config.is_practice)

    @cached_property
    def notices(self) -> Notices:
        from newsletter.notices.notices_sql import Notices

        return Notices(self.engine)

    @cached_property
    def note_post(self) -> NotePost:
        from newsletter.review.letters import NotePost
        from newsletter.review.untold_sql import UntoldNotes

        newsletter = self.config.newsletter
        return NotePost(
            untold=UntoldNotes(self.engine),
            notes=self.notes,
            public_url=newsletter.public_url,
            owner=newsletter.reply_to or newsletter.sender,
            list_accounts=lambda: [one.user.email for one in self.users.list_users()],
        )

    @cached_property
    def review_links(self) -> ReviewLinks:
        from newsletter.review.links_sql import ReviewLinks

        return ReviewLinks(self.engine)

    @cached_property
    def last_looks(self) -> LastLooks:
        from newsletter.review.looks_sql import LastLooks

        return LastLooks(self.engine)

    @cached_property
    def presence(self) -> Presence:
        from newsletter.review.presence_sql import Presence

        return Presence(self.engine)

    @cached_property
    def open_sittings(self) -> OpenSittings:
        from newsletter.review.sittings_sql import OpenSittings

        return OpenSittings(self.engine)

    @cached_property
    def step_looks(self) -> KeptLooks:
        from newsletter.connect.looks_sql import KeptLooks

        return KeptLooks(self.engine)

    @cached_property
    def web_looks(self) -> WebLooks:
        from newsletter.db.doorbell import prepare_to_ring
        from newsletter.preflight.web.looks_sql import WebLooks

        prepare_to_ring(self.engine)
        return WebLooks(self.engine)

    @cached_property
    def farewells(self) -> Farewells:
        from newsletter.farewell.farewell_sql import Farewells

        return Farewells(self.engine)

    @cached_property
    def drivers(self) -> Drivers:
        from newsletter.jobs.drivers_sql import Drivers

        return Drivers(self.engine)

    @cached_property
    def roster(self) -> Roster:
        from newsletter.readers.roster_sql import Roster

        return Roster(self.engine)

    @cached_property
    def growth(self) -> Growth:
        from newsletter.readers.growth_sql import Growth

        return Growth(self.engine)

    @cached_property
    def live(self) -> Live:
        return self._live(self.engine)

    def _live(self, engine: Engine) -> Live:
        from newsletter.ledger.live_sql import Live

        return Live(engine, self.directory / "var" / "live", new_id=lambda: secrets.token_hex(12))
