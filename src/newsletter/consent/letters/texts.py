"""What the mails say that answer a request, in each language they are written in."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.words.consent import Mail

# Sentences with {newsletter}, {lists} and {days} filled in from our own settings. Nothing that a visitor typed is ever in them.
LETTERS: Mapping[str, Mapping[Mail, Mapping[str, str]]] = {
    "en": {
        Mail.CONFIRM: {
            "subject": "Confirm that you want {newsletter}",
            "head": "One click to go",
            "body": "Somebody, probably you, asked for {lists} to be sent to this address. If that was you, confirm it:",
            "button": "Confirm",
            "foot": "If it was not you, do nothing: without the click you get no issue, and we ask at most three times.",
        },
        Mail.ALREADY: {
            "subject": "You already get {newsletter}",
            "head": "You are on the list",
            "body": "Somebody, probably you, asked for {lists} with this address. You get it already, so there is nothing "
            "to do. You can change what you get here:",
            "button": "Change what you get",
            "foot": "If it was not you, you can ignore this mail. Nothing has changed.",
        },
        Mail.ADDRESS: {
            "subject": "Confirm your new address for {newsletter}",
            "head": "Is this your new address?",
            "body": "A reader of {newsletter} asked to be mailed at this address from now on. If that was you, confirm it:",
            "button": "Use this address",
            "foot": "If it was not you, do nothing: without the click nothing changes.",
        },
        Mail.AGAIN: {
            "subject": "Do you still want {newsletter}?",
            "head": "Do you still want it?",
            "body": "You get {lists}, and it looks as if you have not opened it for a while. If you want it to keep coming, "
            "say so:",
            "button": "Yes, keep it coming",
            "foot": "If you do nothing within {days} days, your subscription ends, and we do not write again.",
            "leave": "Leave at once",
        },
    },
    "de": {
        Mail.CONFIRM: {
            "subject": "Bitte bestätigen: {newsletter}",
            "head": "Nur noch ein Klick",
            "body": "Jemand, vermutlich Sie, möchte {lists} an diese Adresse bekommen. Wenn Sie das waren, bestätigen Sie es:",
            "button": "Bestätigen",
            "foot": "Wenn Sie es nicht waren, tun Sie nichts: Ohne den Klick kommt keine Ausgabe, und wir fragen "
            "höchstens dreimal.",
        },
        Mail.ALREADY: {
            "subject": "Sie bekommen {newsletter} schon",
            "head": "Sie stehen schon auf der Liste",
            "body": "Jemand, vermutlich Sie, hat mit dieser Adresse {lists} bestellt. Sie bekommen das schon, es ist "
            "nichts zu tun. Hier können Sie ändern, was Sie bekommen:",
            "button": "Einstellungen ändern",
            "foot": "Wenn Sie es nicht waren, können Sie diese Mail vergessen. Es hat sich nichts geändert.",
        },
        Mail.ADDRESS: {
            "subject": "Neue Adresse für {newsletter} bestätigen",
            "head": "Ist das Ihre neue Adresse?",
            "body": "Wer {newsletter} liest, möchte es ab jetzt an diese Adresse bekommen. Wenn Sie das waren, "
            "bestätigen Sie es:",
            "button": "Diese Adresse nehmen",
            "foot": "Wenn Sie es nicht waren, tun Sie nichts: Ohne den Klick ändert sich nichts.",
        },
        Mail.AGAIN: {
            "subject": "Möchten Sie {newsletter} weiter bekommen?",
            "head": "Möchten Sie es weiter bekommen?",
            "body": "Sie bekommen {lists}, und es sieht so aus, als hätten Sie es länger nicht geöffnet. Wenn es weiter "
            "kommen soll, sagen Sie es uns:",
            "button": "Ja, schicken Sie es weiter",
            "foot": "Wenn Sie {days} Tage lang nichts tun, endet Ihr Abonnement, und wir schreiben nicht mehr.",
            "leave": "Sofort abbestellen",
        },
    },
}
# To the address that a reader gave up; it has no button.
MOVED: Mapping[str, Mapping[str, str]] = {
    "en": {
        "subject": "{newsletter} now goes to another address",
        "head": "Your address is changed",
        "body": "From now on {newsletter} goes to another address, as was asked and confirmed there. Nothing comes to this "
        "one any more.",
        "foot": "If it was not you, answer this mail.",
    },
    "de": {
        "subject": "{newsletter} geht jetzt an eine andere Adresse",
        "head": "Ihre Adresse ist geändert",
        "body": "Ab jetzt geht {newsletter} an eine andere Adresse, wie es gewünscht und dort bestätigt wurde. An diese "
        "kommt nichts mehr.",
        "foot": "Wenn Sie das nicht waren, antworten Sie auf diese Mail.",
    },
}
# To the present address of a reader who wants to change it, to get their data, or to be erased.
OWN: Mapping[str, Mapping[str, str]] = {
    "en": {
        "subject": "Your address and your data at {newsletter}",
        "head": "Was that you?",
        "body": "Somebody, probably you, wants to get {newsletter} at another address, to see what is kept about you, or "
        "to have it erased. If that was you, go on here:",
        "button": "To my address and data",
        "foot": "If it was not you, do nothing, and nothing changes. The link is good for one day. Do not forward this mail.",
    },
    "de": {
        "subject": "Ihre Adresse und Ihre Daten bei {newsletter}",
        "head": "Waren Sie das?",
        "body": "Jemand, vermutlich Sie, möchte {newsletter} an eine andere Adresse bekommen, sehen, was über Sie "
        "gespeichert ist, oder es löschen lassen. Wenn Sie das waren, geht es hier weiter:",
        "button": "Zu meiner Adresse und meinen Daten",
        "foot": "Wenn Sie es nicht waren, tun Sie nichts, und es ändert sich nichts. Der Link gilt einen Tag. Leiten Sie "
        "diese Mail nicht weiter.",
    },
}
AND = {"en": " and ", "de": " und "}


def known_language(*wishes: str) -> str:
    """The first language of `wishes` that we can write, by its primary tag; English where there is none."""
    for wish in wishes:
        primary = wish.lower().partition("-")[0]
        if primary in LETTERS:
            return primary
    return "en"
