"""One reader: their lists and consent, what they got, what they did; and what can be done for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from newsletter.consent.ask import ask_once_more, ask_pending, why_quiet
from newsletter.consent.do_not_mail import LIFTABLE, REASONS
from newsletter.imports.one_reader import add_reader
from newsletter.report.who import sentence
from newsletter.web.studio.page import Page
from newsletter.web.studio.readers.answer import answer_to
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.consent import Asked, ConsentRecord, Left, Mail
from newsletter.words.erasure import RequestOf
from newsletter.words.ledger import HandOver
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.subscriber import Subscriber, SubscriptionStatus, SuppressionReason
from newsletter.words.user import Role

_COPIES = 12
_ASKED = {
    Asked.FORM: "Signed up on the page for",
    Asked.ADD: "Was added here and asked to confirm",
    Asked.IMPORT: "Came with an import and was asked to confirm",
    Asked.ADDRESS: "Asked to be mailed at another address",
    Asked.AGAIN: "Was asked whether they still want",
}
_LEFT = {
    Left.ONE_CLICK: "by the button of their mail program",
    Left.PAGE: "by the link in a mail",
    Left.PREFERENCES: "on their own page",
    Left.SILENCE: "because they did not say that they still want it",
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a reader's history. `words` are their own, or those that they agreed to."""

    at: datetime
    what: str
    words: str = ""


def show(studio: Studio, visit: Visit) -> Response:
    """`?all=1` shows every issue that they got, not only the newest."""
    person, parts = _person(studio, visit), studio.parts
    most = None if visit.asked("all") else _COPIES + 1
    copies = parts.copies.find_copies(person.email, None, most=most)
    on_its_way = any(copy.handover in {HandOver.SENDING, HandOver.UNCERTAIN} for copy in copies)
    records = parts.consent.requests.records_of(person.email, person.id)
    pages = parts.readers.list_pages()
    on = {one.list_name for one in person.subscriptions if one.status is not SubscriptionStatus.ENDED}
    return studio.page(
        visit,
        "reader.html",
        person=person,
        sentences=[sentence(copy, studio.newsletter.zone) for copy in (copies[:_COPIES] if most else copies)],
        answer=answer_to(
            person,
            records,
            studio.newsletter,
            parts.translations,
            titles={page.name: page.title for page in pages},
            on_its_way=on_its_way,
        ),
        has_more=most is not None and len(copies) > _COPIES,
        history=_history(studio, person, records),
        sources={name: record for record in records if record.confirmed_at for name in record.lists},
        lists=[one.name for one in pages if one.name not in on],
        reason=REASONS[person.suppressed] if person.suppressed else "",
        may_come_back=person.suppressed in LIFTABLE,
        quiet=why_quiet(parts.consent.unanswered.find(person.email), parts.clock.now()),
    )


def act(studio: Studio, visit: Visit) -> Response:
    """Lists, tags, the name, and the do-not-mail list. A person's own decision can't be undone here."""
    person, parts, what = _person(studio, visit), studio.parts, visit.text("act")
    back = f"/readers/{person.id}"
    if what == "join":
        return visit.go(back, said=_join(studio, visit, person.email))
    if what == "leave":
        n_ended = parts.consent.membership.leave(person.email, list_name=visit.text("list"))
        return visit.go(
            back, said="They are off it. No later import brings them back." if n_ended else "They were not."
        )
    if what == "leave-all":
        parts.consent.membership.take_off(person.email)
        return visit.go(back, said="They are unsubscribed from everything. Only their own sign-up brings them back.")
    if what in {"tag", "untag"}:
        name = visit.text("tag").lower()
        if not name or len(name) > 100 or not name.isprintable():
            raise Mistake("A tag is a word or a few, on one line.", fix="Such as: press")
        parts.segments.set_tag(person.email, name, on=what == "tag")
        return visit.go(back, said=f"They {'have' if what == 'tag' else 'no longer have'} the tag {name}.")
    if what == "name":
        first, last = (" ".join(visit.text(field).split())[:200] for field in ("first_name", "last_name"))
        language = str(person.fields.get("language", ""))
        parts.consent.profiles.change(person.id, first_name=first, last_name=last, language=language)
        return visit.go(back, said="The name is changed.")
    if what == "reopen":
        _, is_asked = ask_once_more(parts.readers, parts.consent, parts.post_office, person.email)
        parts.after_sending()
        said = "A mail asks them once more." if is_asked else "The next sign-up with this address is answered."
        return visit.go(back, said=f"They may be asked again. {said}")
    if what == "block":
        parts.consent.membership.suppress(person.email, SuppressionReason.MANUAL)
        return visit.go(back, said=f"{person.email} is blocked: nothing goes there, whatever a list says.")
    raise NoSuchAct


def ask_add(studio: Studio, visit: Visit) -> Response:
    return studio.page(visit, "reader_add.html", lists=[one.name for one in studio.parts.readers.list_pages()])


def add(studio: Studio, visit: Visit) -> Response:
    """Put one person on a list: asked to confirm, or with the proof that they agreed."""
    said = _join(studio, visit, visit.text("email"))
    person = studio.parts.readers.find_subscriber(visit.text("email"))
    return visit.go(f"/readers/{person.id}" if person else "/readers", said=said)


def _join(studio: Studio, visit: Visit, email: str) -> str:
    parts, list_name = studio.parts, visit.text("new_list") or visit.text("list")
    parts.farewells.check()
    status, consent = status_asked(visit)
    done = add_reader(
        parts.consent.membership,
        email,
        list_name=list_name,
        first_name=visit.text("first_name") or None,
        last_name=visit.text("last_name") or None,
        status=status,
        consent=consent or None,
    )
    said = {
        "added": f"Added to {list_name}.",
        "updated": f"Updated on {list_name}.",
        "unchanged": f"On {list_name} already; nothing changed.",
    }[done]
    if status is SubscriptionStatus.PENDING and done != "unchanged":
        ask_pending(parts.consent, parts.post_office, list_name, Asked.ADD, consent or None)
        parts.after_sending()
        said += f" {_asked_so(studio, email)} Until they confirm, they get nothing."
    return said


def _asked_so(studio: Studio, email: str) -> str:
    """Whether a mail asks the person who was just added."""
    consent = studio.parts.consent
    records = consent.requests.records_of(email, None)
    if records and records[-1].mail == Mail.CONFIRM:
        return "A mail asks them to confirm."
    if records and not records[-1].mail:
        return (
            "A mail will ask them to confirm; it waits, because they got one within the last day, or others go first."
        )
    return why_quiet(consent.unanswered.find(email), studio.parts.clock.now()) or "No mail asks them to confirm."


def status_asked(visit: Visit) -> tuple[SubscriptionStatus, str]:
    """Whether people are asked, or agreed already, and the words that prove it. Raises Mistake where there are none."""
    consent = visit.text("consent")
    if visit.text("how") != "agreed":
        return SubscriptionStatus.PENDING, consent
    if not consent:
        raise Mistake(
            "Nobody is put on a list as having agreed without a word of when and where.",
            fix="Write it, such as: Form on our site, 2024. Or let them be asked to confirm.",
        )
    return SubscriptionStatus.ACTIVE, consent


def ask_erase(studio: Studio, visit: Visit) -> Response:
    return studio.page(
        visit, "reader_erase.html", person=_person(studio, visit), explained=studio.parts.provider.explain()
    )


def erase(studio: Studio, visit: Visit) -> Response:
    """Erase a person for good; the address must be typed again."""
    person = _person(studio, visit)
    if visit.text("email").lower() != person.email.lower():
        raise Mistake("That is another address, so nobody was erased.", fix="Type the address of the one who is to go.")
    studio.parts.consent.profiles.erase(person.email, RequestOf.OWNER)
    return visit.go("/readers", said="They are erased. No import brings them back; only they themselves can.")


def _history(studio: Studio, person: Subscriber, records: Sequence[ConsentRecord]) -> list[Happened]:
    lines = []
    for record in records:
        lists = " and ".join(record.lists)
        what = _ASKED[record.asked] if record.asked is Asked.ADDRESS else f"{_ASKED[record.asked]} {lists}"
        lines.append(Happened(record.requested_at, f"{what}.", record.wording))
        if record.confirmed_at:
            lines.append(Happened(record.confirmed_at, f"Confirmed {lists or 'it'}."))
    for fact in studio.parts.consent.departures.departures_of(person.id):
        at, back, how = fact["left_at"], fact["undone_at"], Left(str(fact["how"]))
        assert isinstance(at, datetime)
        lines.append(Happened(at, f"Left {fact['list']} {_LEFT[how]}.", str(fact["reason"])))
        if isinstance(back, datetime):
            lines.append(Happened(back, f"Back on {fact['list']}: the leaving was undone."))
    for email, at in studio.parts.readers.former_addresses(person.id):
        lines.append(Happened(at, f"Gave up {email} for another address. It stays off, whoever brings it."))
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _person(studio: Studio, visit: Visit) -> Subscriber:
    person = studio.parts.readers.find(visit.number("number"))
    if person is None:
        raise Missing("There is no such reader, or not any more.", fix="Look under Readers.")
    return person


PAGES = (
    Page(path="/readers/add", show=ask_add, change=add, see=Role.EDITOR),
    Page(path="/readers/{number:int}", show=show, change=act),
    Page(path="/readers/{number:int}/erase", show=ask_erase, change=erase, see=Role.OWNER, do=Role.OWNER),
)
