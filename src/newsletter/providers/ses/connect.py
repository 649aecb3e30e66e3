"""`newsletter connect ses`: asks for the region and the keys."""

from __future__ import annotations

import os

import click

from newsletter.providers.ask import ask, ask_secret


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
