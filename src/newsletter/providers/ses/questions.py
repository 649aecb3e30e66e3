"""Questions to SES that send nothing, with a refusal in people's words."""

from __future__ import annotations

from typing import Any

from newsletter.providers.ses.client import SesClient
from newsletter.providers.ses.outcomes import lost, refused
from newsletter.words.mistake import NotNow, Unreachable
from newsletter.words.outcome import Accepted, Deferred

NOT_CHANGED = "Nothing was changed."
_MAY_NOT = ("AccessDeniedException", "AccessDenied", "AuthorizationError", "AuthorizationErrorException")


def ask_ses(client: SesClient, operation: str, **values: object) -> dict[str, Any]:
    """The answer. Raises NotNow where a person has to do something, Unreachable where nothing is known."""
    answer = ask_unless(client, "", operation, **values)
    assert answer is not None
    return answer


def ask_unless(client: SesClient, code: str, operation: str, **values: object) -> dict[str, Any] | None:
    """As `ask_ses`, but None where it answers with `code`: there is no such thing, or it is there already."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return client.ask(operation, **values)
    except ClientError as error:
        said = str(error.response.get("Error", {}).get("Code", ""))
        if said and said == code:
            return None
        if said in _MAY_NOT:
            action = "".join(part.title() for part in operation.split("_"))
            raise NotNow(
                f"SES knows these keys, but they may not ask for {action}.",
                fix=f"Give them the permission {client.prefix}:{action} at Amazon, under IAM, Users. {NOT_CHANGED}",
            ) from None
        found = refused(error, delivery=0, sender="").outcome
    except BotoCoreError as error:
        found = lost(error).outcome
    assert not isinstance(found, Accepted)
    is_settled = isinstance(found, Deferred) and found.pauses
    raise (NotNow if is_settled else Unreachable)(found.reason, fix=NOT_CHANGED)
