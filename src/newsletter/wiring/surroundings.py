"""Gathers what a check of an issue needs to know beside it: readers, earlier issues, pictures, a sample mail, the web."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import TYPE_CHECKING

from newsletter.fetch.answer_file import AnswerFile
from newsletter.folder.text_files import read_text
from newsletter.ledger.sample import sample
from newsletter.preflight.around import Around
from newsletter.preflight.author_text import readings_of
from newsletter.preflight.check import check
from newsletter.preflight.gaps import bare_fields
from newsletter.preflight.made_up import SAMPLE, WORST, sample_reader, worst_reader
from newsletter.preflight.unrendered import check_unrendered
from newsletter.preflight.wording.house_style import FILE as HOUSE_STYLE
from newsletter.segments.audience import Audience
from newsletter.segments.reader_values_sql import ReaderValues
from newsletter.words.mistake import Mistake, NewsletterError
from newsletter.words.post import own_picture
from newsletter.words.subscriber import Subscriber, SubscriptionStatus

if TYPE_CHECKING:
    from newsletter.compose.press import Proof
    from newsletter.wiring import Parts
    from newsletter.words.finding import Finding


def around(
    parts: Parts,
    proof: Proof,
    *,
    online: bool,
    audience: Audience | None = None,
    also: Collection[str] = (),
    is_fresh: bool = False,
) -> Around:
    """For `preflight.check.check`. Without `online` the web is not asked; `also` are checks that are off by default.

    Readers are those of the `audience`; without one, everybody that the issue would go to by its own lists. With
    `is_fresh` nothing that the web answered before is believed.
    """
    newsletter, issue = parts.config.newsletter, proof.issue
    values = ReaderValues(parts.engine, practice=parts.config.is_practice)
    whom = audience or Audience(lists=issue.lists, issue=issue.number)
    asked = frozenset(proof.rendered.fields) - {"unsubscribe_url", "preferences_url"}
    mail = sample(proof.rendered.edition, newsletter, parts.key, None, list_id=0, date=parts.clock.now())
    return Around(
        newsletter=newsletter,
        known_fields=frozenset(parts.readers.known_fields()),
        longest=values.longest(whom, asked),
        shortfalls=values.shortfalls(whom, bare_fields(proof)),
        shelf=parts.shelf,
        template=parts.templates.get_template(issue.template or newsletter.template),
        bytes_per_reader=parts.provider.limits.bytes_per_reader,
        bytes_per_gap=parts.provider.limits.bytes_per_gap,
        provider=parts.provider.name,
        message=mail.message,
        images=_mailed_sizes(parts, proof),
        also=frozenset(also),
        fetcher=parts.fetcher if online else None,
        memory=AnswerFile(parts.directory / "var" / "cache" / "answers.db") if online else None,
        now=parts.clock.now(),
        is_fresh=is_fresh,
        house_style=house_style_of(parts),
        # Nothing that really went out stands in the way of practising.
        health=() if parts.config.is_practice else parts.alarms.list_health((), unconfirmed=False),
    )


def words_of(proof: Proof, audience: Audience | None = None) -> str:
    """The same for the same words in the same files, and the same readers, on every machine."""
    known = (proof.issue, proof.posts, proof.rendered.edition.digest, audience)
    return hashlib.sha256(repr(known).encode()).hexdigest()


def house_style_of(parts: Parts) -> str:
    """The text of the newsletter's house style; empty where it has none."""
    path = parts.directory / HOUSE_STYLE
    return read_text(path, HOUSE_STYLE, room=parts.directory) if path.exists() else ""


def check_unrendered_issue(parts: Parts, number: int, stop: NewsletterError) -> list[Finding]:
    """What can be said of an issue that `stop` keeps from being rendered. Raises what is wrong with its own file."""
    return check_unrendered(
        parts.shelf,
        number,
        stop,
        language=parts.config.newsletter.language,
        now=parts.clock.now(),
        style=house_style_of(parts),
    )


def check_offline(parts: Parts, proof: Proof, audience: Audience | None = None) -> list[Finding]:
    """All that `check` finds without asking the web; `audience` as in `around`."""
    return check(proof, around(parts, proof, online=False, audience=audience))


def check_counting(parts: Parts, proof: Proof, audience: Audience | None = None) -> list[Finding]:
    """What `check` finds without asking the web, but for notes and what was accepted; `audience` as in `around`."""
    return [one for one in check_offline(parts, proof, audience) if one.counts]


def reader_as(parts: Parts, address: str | None, proof: Proof) -> tuple[Subscriber | None, int]:
    """The reader to show an issue as, and the list through which it would reach them.

    None is a reader about whom nothing is known, `SAMPLE` a made-up one with a usual name, `WORST` the one with the
    longest values. Raises Mistake for an address that is no subscriber's.
    """
    if address is None:
        return None, 0
    if address == SAMPLE:
        return sample_reader(), 0
    if address == WORST:
        asked = frozenset(proof.rendered.fields)
        values = ReaderValues(parts.engine, practice=parts.config.is_practice)
        longest = values.longest(Audience(lists=proof.issue.lists), asked - {"unsubscribe_url", "preferences_url"})
        return worst_reader(asked, longest), 0
    reader = parts.readers.find_subscriber(address)
    if reader is None:
        raise Mistake(
            f"{address} is not a subscriber, so there is nothing to fill in.",
            fix="Name nobody to see the mail of a reader of whom nothing is known.",
        )
    on = [one.list_name for one in reader.subscriptions if one.status is SubscriptionStatus.ACTIVE]
    name = next((wanted for wanted in proof.issue.lists if wanted in on), on[0] if on else "")
    return reader, parts.readers.find_list(name) or 0


def _mailed_sizes(parts: Parts, proof: Proof) -> dict[str, int]:
    """The bytes of each picture of the folder that the issue shows, as it is mailed, by its path as it is named."""
    leads = {(post.image.src, post.image.focus) for post in proof.posts.values() if post.image}
    in_words = {(link.href, None) for read in readings_of(proof) for link in read.links if link.is_picture}
    sizes: dict[str, int] = {}
    for src, focus in leads | in_words:
        if not (path := own_picture(src)):
            continue
        try:
            n_bytes = parts.images.find(parts.images.publish(path, focus=focus)).stat().st_size
        except NewsletterError:
            continue
        # One that stands whole in one place and cropped in another is weighed as the heavier of the two.
        sizes[path] = max(n_bytes, sizes.get(path, 0))
    return sizes
