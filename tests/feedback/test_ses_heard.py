"""An issue carried by Amazon SES, and what SES tells of it at the webhook of the program itself."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from starlette.routing import Route

from newsletter.config import read_config
from newsletter.ledger.plan import plan
from newsletter.providers.registry import KINDS
from newsletter.providers.ses.events import SesEvents
from newsletter.providers.ses.sns import SnsTopic
from newsletter.web.webhooks import webhook
from newsletter.wiring import Parts, Timing
from newsletter.words.ledger import Fate
from tests.fakes.ses_server import KEY, REGION, SECRET, ses_server
from tests.fakes.sns import CERTIFICATE, TOPIC, amazon, confirmation, message, told
from tests.feedback.serving import post, serving
from tests.running import a_folder
from tests.world import add_readers, an_edition


def test_an_issue_goes_out_and_is_heard_of(tmp_path: Path) -> None:
    """Sent, delivered, bounced and complained about; forged messages are refused, and those that can't be proved yet come again."""
    folder = a_folder(tmp_path / "weekly")
    with ses_server() as server:
        settings = {
            "ses_region": REGION,
            "ses_access_key": KEY,
            "ses_secret_key": SECRET,
            "ses_url": server.url,
            "ses_configuration_set": "weekly",
        }
        config = replace(read_config(folder, {}), kind=KINDS["ses"], provider_settings=settings, lacks=())
        parts = Parts(directory=folder, config=config, timing=Timing())
        add_readers(parts.engine, "weekly", range(4))
        mailing, _ = plan(parts.ledger, parts.clock, an_edition(), list_name="weekly", parcel_size=parts.parcel_size)
        parts.drain(threading.Event()).until_done(mailing, lambda *_: None)
        calls, problems = list(server.accepted), server.problems
    assert [] == problems
    pages = amazon()
    source = SesEvents(SnsTopic(TOPIC, fetcher=lambda: pages, clock=parts.clock), parts.clock, None)
    bounced = {"bounceType": "Permanent", "bounceSubType": "General"}
    kinds = [("Delivery", {}), ("Bounce", bounced), ("Complaint", {}), ("DeliveryDelay", {})]
    bodies = []
    for call, (kind, details) in zip(calls, kinds, strict=True):
        tags = {tag["Name"]: tag["Value"] for tag in call["EmailTags"]}
        said = told(kind, attempt=tags["nl_attempt"], delivery=int(tags["nl_delivery"]), **details)
        said["mail"]["destination"] = call["Destination"]["ToAddresses"]
        bodies.append(message(said))

    with serving([Route("/webhooks/ses", webhook(parts.feedback, source, "Amazon SES"), methods=["POST"])]) as address:
        url = f"{address}/webhooks/ses"
        certificate = pages.pages.pop(CERTIFICATE)
        assert 503 == post(url, bodies[0], {})[0]
        pages.pages[CERTIFICATE] = certificate
        assert 403 == post(url, bodies[0].replace(b"Delivery", b"Complaint"), {})[0]
        assert [200] * 5 == [post(url, body, {})[0] for body in (confirmation(), *bodies)]

    account = parts.ledger.accounts.find(1)
    assert account is not None and 4 == account.handover["accepted"]
    for fate in (Fate.DELIVERED, Fate.BOUNCED, Fate.COMPLAINED, Fate.DEFERRED):
        assert 1 == account.fates[fate]
    people = [call["Destination"]["ToAddresses"][0] for call in calls]
    assert [None, "hard_bounce", "complaint", None] == [parts.readers.find_suppression(one) for one in people]
    parts.engine.dispose()
