"""Made-up exports of systems whose readers come as one file for each status, or as the answers of an API."""

from __future__ import annotations

import base64
import json

from tests.imports.exports import EXPORTS
from tests.move_in.samples import a_picture

BEEHIIV: dict[str, str | bytes] = {
    "posts.csv": "id,web_title,status,audience,url,web_subtitle,email_subject_line,email_preview_text,content_html,thumbnail_url,created_at\n"
    "p-1,The first boat,confirmed,free,https://ferries.example.org/p/the-first-boat,,The first,It floats,\"<table><tr id='content-blocks'>"
    "<td><p>It floats. <a href='https://ferries.example.org/p/the-second-boat'>Next</a></p></td></tr>"
    "<tr><td class='b'><p>Update your email preferences or <a href='{{unsubscribe_url}}'>unsubscribe here</a></p></td></tr></table>"
    "<div data-open-tracking='true'>{{OPEN_TRACKING_PIXEL}}</div>\",,2023-01-18 21:25:27\n"
    "p-2,The second boat,confirmed,both,https://ferries.example.org/p/the-second-boat,,,,<p>Dear {{first_name}} it sank.</p>,,2023-01-25 21:25:27\n"
    "p-3,For payers,confirmed,premium,https://ferries.example.org/p/payers,,,,<p>Secret.</p>,,2023-02-01 21:25:27\n"
    "p-4,Unfinished,draft,free,,,,,<p>No.</p>,,2023-02-08 21:25:27\n"
    "p-5,Put away,archived,free,,,,,<p>Old.</p>,,2023-02-15 21:25:27\n",
    "subscribers.csv": EXPORTS["beehiiv"],
}

KIT: dict[str, str | bytes] = {
    "confirmed.csv": "first_name,email_address,created_at,tags\nAna,ana@example.com,2024-01-02,vip\n",
    "cancelled.csv": "first_name,email_address,created_at,tags\nGus,gone@example.com,2024-01-02,\n",
    "bounced.csv": "first_name,email_address,created_at,tags\nDi,dead@example.com,2024-01-02,\n",
    "complained.csv": "first_name,email_address,created_at,tags\nCo,angry@example.com,2024-01-02,\n",
    "everybody.csv": "first_name,email_address,created_at\nWho,unsaid@example.com,2024-01-02\n",
    "broadcasts.json": json.dumps(
        {
            "broadcasts": [
                {
                    "id": 21,
                    "subject": "The ice, {{ subscriber.first_name }}",
                    "preview_text": "It is cold",
                    "content": "<p>Hello {{ subscriber.first_name }}, it is cold.</p><p><a href='{{ unsubscribe_url }}'>Unsubscribe</a></p>",
                    "public": True,
                    "published_at": "2023-02-17T11:43:55Z",
                    "send_at": "2023-02-17T11:43:55Z",
                    "public_url": "https://ferries.example.org/posts/the-ice",
                },
                {"id": 22, "subject": "Draft", "content": "<p>x</p>", "send_at": None, "published_at": None},
                {"id": 23, "subject": "Empty", "content": None, "send_at": "2023-02-24T11:43:55Z"},
            ],
            "pagination": {"has_next_page": False},
        }
    ),
}

OLD_PAGE = (
    "<!doctype html><html><head><title>The winter boat</title></head><body><table><tr><td><h1>The winter boat</h1><p>It sails.</p>"
    "<p><a href='https://list.example.net/u/ana-1'>Unsubscribe</a></p></td></tr></table></body></html>"
)
MAILERLITE: dict[str, str | bytes] = {
    "active.csv": "Email,Name,Subscribed at\nana@example.com,Ana,2024-01-02\n",
    "unsubscribed.csv": "Email,Name,Subscribed at\ngone@example.com,Gus,2024-01-02\n",
    "bounced.csv": "Email,Name,Subscribed at\ndead@example.com,Di,2024-01-02\n",
    "junk.csv": "Email,Name,Subscribed at\nangry@example.com,Co,2024-01-02\n",
    "2024-03-15-the-winter-boat.html": OLD_PAGE,
    "no-day.html": OLD_PAGE,
}

SENDY: dict[str, str | bytes] = {
    "the-ferries-active.csv": '"Ana Ng","ana@example.com"\n',
    "the-ferries-unsubscribed (1).csv": '"Gus","gone@example.com"\n',
    "the-ferries-bounced.csv": '"Di","dead@example.com"\n',
    "the-ferries-marked-as-spam.csv": '"Co","angry@example.com"\n',
    "the-ferries-unconfirmed.csv": "\n(0) Records Found!\n",
    "the-ferries-all.csv": '"Ana Ng","ana@example.com"\n"Gus","gone@example.com"\n"U","unsaid@example.com"\n',
    "2024-03-15.html": OLD_PAGE.replace("<p>It sails.</p>", "<p>Dear [Name,fallback=reader], it sails.</p>"),
}

LISTMONK: dict[str, str | bytes] = {
    "campaigns.json": json.dumps(
        {
            "data": {
                "results": [
                    {
                        "id": 1,
                        "uuid": "57702beb",
                        "type": "regular",
                        "name": "First",
                        "subject": "The first boat",
                        "body": "<h3>Hi {{ .Subscriber.FirstName }}!</h3><p>See <a href='https://example.net/quay@TrackLink'>the quay</a>"
                        "<a href='{{ TrackLink \"https://example.net/pier\" . }}'>and the pier</a>.</p>"
                        "<p><a href='{{ UnsubscribeURL }}'>Unsubscribe</a></p>{{ TrackView }}",
                        "status": "finished",
                        "content_type": "richtext",
                        "started_at": "2020-03-14T17:36:41.29451+01:00",
                        "sent": 120,
                    },
                    {
                        "id": 2,
                        "uuid": "57702bec",
                        "subject": "In Markdown",
                        "body": "# A heading\n\n*Words* {{ .Campaign.Name }}",
                        "status": "finished",
                        "content_type": "markdown",
                        "started_at": "2020-03-21T17:36:41+01:00",
                        "sent": 120,
                    },
                    {"id": 3, "subject": "Draft", "body": "x", "status": "draft", "sent": 0},
                    {"id": 4, "subject": "Confirm", "type": "optin", "body": "x", "status": "finished", "sent": 3},
                ],
                "total": 4,
            }
        }
    ),
    "subscribers.json": json.dumps(
        {
            "data": {
                "results": [
                    {
                        "email": email,
                        "name": name,
                        "attribs": {"city": "Bonn"},
                        "status": status,
                        "created_at": "2019-01-02T03:04:05+01:00",
                        "lists": [{"id": 1, "name": "Ferries", "subscription_status": standing}] if standing else [],
                    }
                    for email, name, status, standing in (
                        ("ana@example.com", "Ana Ng", "enabled", "confirmed"),
                        ("gone@example.com", "Gus", "enabled", "unsubscribed"),
                        ("angry@example.com", "Co", "blocklisted", "confirmed"),
                        ("dead@example.com", "Di", "disabled", "confirmed"),
                    )
                ]
            }
        }
    ),
}

MBOX = (
    "From ana@example.org Thu Mar 14 08:00:00 2024\nFrom: Ferries <ferries@example.org>\nTo: list@example.org\n"
    "Subject: [Ferries] The winter boat\nDate: Thu, 14 Mar 2024 08:00:00 +0100\nMessage-ID: <one@example.org>\n\n"
    "It sails.\n\nhttps://example.net/quay\n_______________________________________________\nFerries mailing list\n"
    "Unsubscribe at https://example.org/options/ana\n\n"
    "From ben@example.org Thu Mar 14 09:00:00 2024\nFrom: Ben <ben@example.org>\nSubject: Re: [Ferries] The winter boat\n"
    "Date: Thu, 14 Mar 2024 09:00:00 +0100\nIn-Reply-To: <one@example.org>\nMessage-ID: <two@example.org>\n\nNice.\n"
)
MAILMAN: dict[str, str | bytes] = {
    "members.txt": "Ana Ng <ana@example.com>\ngone@example.com\ndead@example.com (Di)\nangry@example.com\n",
    "nomail-bybounce.txt": "dead@example.com\n",
    "nomail-byuser.txt": "gone@example.com\n",
    "banned.txt": "angry@example.com\n",
    "ferries.mbox": MBOX,
}

_CID = base64.b64encode(a_picture()).decode()
EML = (
    "From: Ferries <ferries@example.org>\nTo: ana@example.com\nSubject: =?utf-8?q?The_long_quay_=F0=9F=9A=A2?=\n"
    "Date: Thu, 21 Mar 2024 08:00:00 +0100\nMessage-ID: <three@example.org>\nMIME-Version: 1.0\n"
    'Content-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html; charset=utf-8\n\n'
    '<p>Look: <img src="cid:quay@1" alt="The quay"></p><p>You get this as ana@example.com. <a href="https://l.example.net/u/1">Unsubscribe</a></p>\n'
    f"--b\nContent-Type: image/png\nContent-ID: <quay@1>\nContent-Transfer-Encoding: base64\n\n{_CID}\n--b--\n"
)
FILES: dict[str, str | bytes] = {
    "old/2024-03-15-the-winter-boat.html": OLD_PAGE,
    "old/quay.eml": EML,
    "readers.csv": "email,name,status\nana@example.com,Ana,subscribed\ngone@example.com,Gus,unsubscribed\n"
    "dead@example.com,Di,bounced\nangry@example.com,Co,complained\n",
}

# What each holds: ana@ is a reader, and gone@, dead@ and angry@ must not be mailed, as far as they are in it.
EVERY = {
    "beehiiv": (BEEHIIV, ["The first boat", "The second boat"]),
    "kit": (KIT, ["The ice"]),
    "mailerlite": (MAILERLITE, ["The winter boat"]),
    "listmonk": (LISTMONK, ["The first boat", "In Markdown"]),
    "sendy": (SENDY, ["The winter boat"]),
    "mailman": (MAILMAN, ["The winter boat"]),
    "files": (FILES, ["The winter boat", "The long quay 🚢"]),
}
