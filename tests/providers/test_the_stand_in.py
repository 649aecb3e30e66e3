"""The stand-in for SendGrid is only worth what it notices: each documented rule is broken once, and caught."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from newsletter.providers.sendgrid.body import mail_body, mint
from tests.fakes.mail_send_rules import problems
from tests.fakes.plan import BEHAVIOURS, plan_from
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.providers.parcels import a_consignment

Body = dict[str, Any]


def a_body(n_readers: int = 2) -> Body:
    parcel = a_consignment(["Ada"] * n_readers)
    body: Body = json.loads(json.dumps(mail_body(parcel, mint(parcel))))
    return body


def first(body: Body) -> Body:
    person: Body = body["personalizations"][0]
    return person


def post(server: SendGridServer, body: Body) -> int:
    """The status of the answer to a body sent by nothing of ours."""
    request = Request(
        f"{server.url}/v3/mail/send",
        data=json.dumps(body).encode(),
        headers={"Authorization": "Bearer SG.x", "Content-Type": "application/json"},
    )
    try:
        with urlopen(request, timeout=10) as answer:
            status: int = answer.status
            return status
    except HTTPError as error:
        error.close()
        return error.code


# Each breaks one rule; the second of the pair is the field that must be blamed.
BREAKS: dict[str, tuple[Callable[[Body], object], str]] = {
    "no subject": (lambda body: body.pop("subject"), "subject"),
    "empty subject": (lambda body: body.update(subject=""), "subject"),
    "no content": (lambda body: body.pop("content"), "content"),
    "empty content": (lambda body: body["content"][0].update(value=""), "content.0.value"),
    "html first": (lambda body: body["content"].reverse(), "content.0.type"),
    "nobody": (lambda body: body.update(personalizations=[]), "personalizations"),
    "1,001 people": (
        lambda body: body["personalizations"].extend(a_body(1)["personalizations"] * 999),
        "personalizations",
    ),
    "1,001 addresses": (
        lambda body: first(body).update(to=[{"email": f"a{n}@example.com"} for n in range(1000)]),
        "personalizations",
    ),
    "an address twice": (
        lambda body: body["personalizations"][1].update(to=[{"email": "READER0@example.com"}]),
        "personalizations.1.to.0.email",
    ),
    "no address": (lambda body: first(body)["to"][0].update(email="nobody"), "personalizations.0.to.0.email"),
    "a name with a comma": (lambda body: first(body)["to"][0].update(name="Ada, B."), "personalizations.0.to.0.name"),
    "10,001 bytes": (
        lambda body: first(body)["substitutions"].update({"-a-": "ü" * 5000}),
        "personalizations.0.substitutions",
    ),
    "a number as a value": (
        lambda body: first(body)["substitutions"].update({"-a-": 1}),
        "personalizations.0.substitutions.-a-",
    ),
    "a tag that gets encoded": (
        lambda body: first(body)["substitutions"].update({"<a>": "1"}),
        "personalizations.0.substitutions",
    ),
    "long arguments": (
        lambda body: first(body)["custom_args"].update(x="y" * 10_000),
        "personalizations.0.custom_args",
    ),
    "a reserved header": (
        lambda body: first(body)["headers"].update(Subject="x"),
        "personalizations.0.headers.Subject",
    ),
    "a header in two lines": (
        lambda body: first(body)["headers"].update({"X-A": "b\r\nBcc: c"}),
        "personalizations.0.headers.X-A",
    ),
    "a header name with a space": (
        lambda body: first(body)["headers"].update({"X A": "b"}),
        "personalizations.0.headers.X A",
    ),
    "no way to leave": (lambda body: first(body)["headers"].pop("List-Unsubscribe"), "personalizations.0.headers"),
    "no delivery": (lambda body: first(body)["custom_args"].clear(), "personalizations.0.custom_args.nl_delivery"),
    "no attempt": (lambda body: body.pop("custom_args"), "custom_args.nl_attempt"),
    "tracking left to the account": (
        lambda body: body["tracking_settings"].pop("open_tracking"),
        "tracking_settings.open_tracking",
    ),
    "tracking on": (
        lambda body: body["tracking_settings"]["click_tracking"].update(enable=True),
        "tracking_settings.click_tracking",
    ),
    "a sender that is none": (lambda body: body["from"].update(email="ana.example.org"), "from.email"),
    "too far ahead": (lambda body: body.update(send_at=9_999_999_999), "send_at"),
    "an unknown field": (lambda body: body.update(subjects="x"), ""),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_rule_is_noticed_and_its_field_is_blamed(name: str) -> None:
    """The checker knows what the provider documents; our sender's own checks are not asked."""
    spoil, field = BREAKS[name]
    sound = a_body()
    broken = copy.deepcopy(sound)
    spoil(broken)

    assert problems(sound) == []
    assert field in {problem["field"] for problem in problems(broken)}


def test_a_broken_body_is_answered_400_and_nobody_is_mailed(running_server: SendGridServer) -> None:
    """As by the provider; and the test that sent it can ask what was wrong."""
    running_server.plan()
    before = len(running_server.accepted())
    body = a_body()
    del body["subject"]

    assert post(running_server, body) == 400
    assert len(running_server.accepted()) == before
    assert running_server.problems() == [{"message": "The subject is required.", "field": "subject"}]


def test_whom_it_took_is_written_down_before_the_answer(server: SendGridServer) -> None:
    """Otherwise a sender killed by the answer would know more than the judge."""
    server.plan("accept-hang")
    request = Request(f"{server.url}/v3/mail/send", data=json.dumps(a_body()).encode(), method="POST")
    request.add_header("Authorization", "Bearer SG.x")
    request.add_header("Content-Type", "application/json")
    before = len(server.accepted())

    with pytest.raises(TimeoutError):
        urlopen(request, timeout=0.5)

    assert len(server.accepted()) == before + 2


def test_poison_costs_the_call_and_is_named_or_not_as_planned(server: SendGridServer) -> None:
    """Without the address the same call goes through."""
    server.plan(poison=["reader1@example.com"])
    assert post(server, a_body(2)) == 400
    assert post(server, a_body(1)) == 202

    server.plan(poison=["reader1@example.com"], blames=False)
    assert post(server, a_body(2)) == 400


def test_more_readers_than_planned_are_413(server: SendGridServer) -> None:
    """So that halving has something to do."""
    server.plan(at_most=3)

    assert [post(server, a_body(n_readers)) for n_readers in (3, 4)] == [202, 413]


def test_a_seed_replays_the_same_misbehaviour() -> None:
    """A history that failed must be had again, in whatever order its calls arrive."""
    plan = plan_from({"weights": dict.fromkeys(BEHAVIOURS, 1)})

    once = [plan.step(call, seed=7).do for call in range(1, 101)]
    again = [plan.step(call, seed=7).do for call in reversed(range(1, 101))][::-1]
    other = [plan.step(call, seed=8).do for call in range(1, 101)]

    assert once == again
    assert once != other
    assert len(set(once)) > 10


def test_a_plan_with_a_misspelt_behaviour_is_refused() -> None:
    """It would silently test nothing."""
    with pytest.raises(ValueError, match="acept"):
        plan_from({"calls": ["acept"]})


def test_it_can_be_started_with_a_plan_and_a_key(tmp_path: Path) -> None:
    """As a process of its own, for a sender that is a process too."""
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"calls": ["503"], "then": {"do": "429", "headers": {"Retry-After": "1"}}}))

    with sendgrid_server(tmp_path, "--plan", str(plan), "--key", "SG.x", "--sync") as server:
        assert [post(server, a_body()) for _ in range(3)] == [503, 429, 429]
        server.plan()
        assert post(server, a_body()) == 202
        assert len(server.accepted()) == 2


def test_measuring_it_only_counts(tmp_path: Path) -> None:
    """The sender is to be measured, not the stand-in."""
    with sendgrid_server(tmp_path, "--fast") as server:
        assert post(server, a_body(1000)) == 202
        assert server.state()["readers"] == 1000
        assert server.accepted() == []
