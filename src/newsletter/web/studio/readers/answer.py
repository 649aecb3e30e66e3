"""An answer to a reader who complains, in their language, from what is known of them: for an editor to copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from newsletter.sentences.own_words import Translations
from newsletter.words.consent import ConsentRecord
from newsletter.words.newsletter import Newsletter
from newsletter.words.subscriber import Subscriber, Subscription, SubscriptionStatus, SuppressionReason


def answer_to(
    person: Subscriber,
    records: Sequence[ConsentRecord],
    newsletter: Newsletter,
    translations: Translations,
    *,
    titles: Mapping[str, str],
    on_its_way: bool,
) -> str:
    """Since when they get it and by which words, what becomes of it, and what more they may ask for.

    `titles` are the lists' names as readers know them. `on_its_way` says that a copy has left for them and can't be
    held back any more.
    """
    words = translations.sentences(str(person.fields.get("language", "")), newsletter.language)
    hello = words("answer.hello_name", first_name=person.first_name) if person.first_name else words("answer.hello")
    joined = [
        words(
            "answer.since",
            list=titles.get(one.list_name, one.list_name),
            email=person.email,
            day=words.day(_since(one, records)),
        )
        for one in person.subscriptions
    ]
    agreed = [words("answer.agreed", words=text) for text in dict.fromkeys(_wordings(person, records))]
    lines = [*(joined or [words("answer.never", email=person.email)]), *agreed, words(f"answer.{_stand(person)}")]
    if on_its_way:
        lines.append(words("answer.on_its_way"))
    return "\n\n".join([hello, "\n\n".join(lines), words("answer.erase"), newsletter.name])


def _since(one: Subscription, records: Sequence[ConsentRecord]) -> datetime:
    """The first consent to that list that is kept, else the time since which it stands as it does."""
    confirmed = [record.confirmed_at for record in records if record.confirmed_at and one.list_name in record.lists]
    return min([*confirmed, one.since_at])


def _wordings(person: Subscriber, records: Sequence[ConsentRecord]) -> list[str]:
    kept = [record.wording for record in records if record.confirmed_at and record.wording]
    return kept or [one.consent for one in person.subscriptions if one.consent]


def _stand(person: Subscriber) -> str:
    if person.suppressed and person.suppressed is not SuppressionReason.UNSUBSCRIBE:
        return "blocked"
    on = not person.suppressed and any(one.status is not SubscriptionStatus.ENDED for one in person.subscriptions)
    return "still_on" if on else "off"
