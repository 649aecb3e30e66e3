"""Asks for the region and the keys: `newsletter connect ses`, and the same on the page."""

from __future__ import annotations

import os
from collections.abc import Mapping

import click

from newsletter.providers.ask import ask, ask_secret
from newsletter.providers.steps import ConnectQuestion, one_line
from newsletter.words.mistake import Mistake


@click.command()
@click.option("--region", help="Where your SES is, such as eu-west-1.")
@click.option("--access-key", help="The access key's name; it begins with AKIA. Its secret is asked for.")
@click.option("--machine", is_flag=True, help="No keys: this machine's own credentials, such as its role at Amazon.")
@click.option("--configuration-set", help="The SES configuration set that publishes events to your SNS topic.")
@click.option("--topic", help="The SNS topic whose messages are believed: arn:aws:sns:REGION:ACCOUNT:NAME.")
@click.option("--url", help="Another address of SES, such as one inside your own network.")
def ses(
    region: str | None,
    access_key: str | None,
    machine: bool,
    configuration_set: str | None,
    topic: str | None,
    url: str | None,
) -> dict[str, str]:
    """Use Amazon SES. It is asked what the account may send, and whether it knows the sender; nothing is sent.

    \b
    Example:
      newsletter connect ses --region eu-west-1
      newsletter connect ses --region eu-west-1 --machine --configuration-set weekly
    """
    if machine and access_key:
        raise click.UsageError("Either --machine or --access-key.")
    # Empty, so that keys that were kept before count no more.
    given = {"ses_access_key": "", "ses_secret_key": ""}
    given["ses_region"] = region or ask("Region, such as eu-west-1", "--region")
    if not machine:
        given["ses_access_key"] = access_key or ask("Access key", "--access-key, or --machine for none")
        given["ses_secret_key"] = os.environ.get("NEWSLETTER_SES_SECRET_KEY", "").strip() or ask_secret("secret key")
    rest = {"ses_configuration_set": configuration_set, "ses_topic": topic, "ses_url": url}
    return given | {key: value for key, value in rest.items() if value}


def ses_questions(settings: Mapping[str, str]) -> tuple[ConnectQuestion, ...]:
    return (
        ConnectQuestion(
            name="region",
            label="Region",
            about="Where your SES is, such as eu-west-1. It stands at the top of Amazon's console.",
            value=settings.get("ses_region", ""),
        ),
        ConnectQuestion(
            name="machine",
            label="No key: this machine has a role at Amazon",
            value="yes" if settings.get("ses_region") and not settings.get("ses_access_key") else "",
            is_switch=True,
        ),
        ConnectQuestion(
            name="access_key",
            label="Access key",
            about="Its name begins with AKIA.",
            value=settings.get("ses_access_key", ""),
        ),
        ConnectQuestion(name="secret", label="Secret access key", is_secret=True),
    )


def ses_answers(given: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    region, key = one_line(given.get("region", "")), one_line(given.get("access_key", ""))
    if not region:
        raise Mistake("There is no region yet.", fix="Write it like eu-west-1.")
    if given.get("machine"):
        # Empty, so that keys that were kept before count no more.
        return {"ses_region": region, "ses_access_key": "", "ses_secret_key": ""}
    is_same = key == settings.get("ses_access_key", "")
    secret = one_line(given.get("secret", "")) or (settings.get("ses_secret_key", "") if is_same else "")
    if not key or not secret:
        raise Mistake(
            "Of the two keys for Amazon SES one is missing.",
            fix="Copy both from Amazon: IAM, Users, Security credentials.",
        )
    return {"ses_region": region, "ses_access_key": key, "ses_secret_key": secret}
