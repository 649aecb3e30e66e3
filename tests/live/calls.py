"""What a call may hold and what its answer says; the sandbox is enough for these."""

from __future__ import annotations

from newsletter.providers.sendgrid.validate import MAX_SUBSTITUTION_BYTES
from tests.live.account import Account, Answer
from tests.live.assumption import Assumption, Finding

_LARGER = 50_000
_HOUR_SECONDS = 3_600


def _substitution_bytes(account: Account) -> Finding:
    sizes = (MAX_SUBSTITUTION_BYTES, MAX_SUBSTITUTION_BYTES + 1, _LARGER)
    answers = {size: _with_substitutions(account, size) for size in sizes}
    seen = ", ".join(f"{size:,} bytes: {answer.said}" for size, answer in answers.items())
    return Finding(holds=answers[MAX_SUBSTITUTION_BYTES].status == 200, seen=seen)


def _with_substitutions(account: Account, n_bytes: int) -> Answer:
    body = account.body(sandbox=True)
    body["personalizations"][0]["substitutions"] = {"-a-": "x" * (n_bytes - len("-a-"))}
    return account.mail(body)


def _rate_limit(account: Account) -> Finding:
    answer = account.mail(account.body(sandbox=True))
    if answer.status != 200:
        return Finding(holds=False, seen=f"a sandboxed mail: {answer.said}")
    headers = answer.headers
    found = {name: headers.get(f"x-ratelimit-{name}", "nothing") for name in ("limit", "remaining", "reset")}
    seen = ", ".join(f"{name} {value}" for name, value in found.items())
    if not all(value.isdecimal() for value in found.values()):
        return Finding(holds=False, seen=seen)
    ahead = int(found["reset"]) - account.now().timestamp()
    return Finding(
        holds=int(found["remaining"]) <= int(found["limit"]) and -60 <= ahead <= _HOUR_SECONDS,
        seen=f"{seen}, which is {ahead:.0f} s from now",
    )


def _unknown_batch(account: Account) -> Finding:
    answer = account.mail(account.body(sandbox=True, batch_id="NobodyEverMadeThisBatchId"))
    return Finding(holds=answer.status == 400, seen=f"a sandboxed mail of a batch that nobody made: {answer.said}")


CALLS = (
    Assumption(
        name="substitution bytes",
        claim=f"{MAX_SUBSTITUTION_BYTES:,} bytes of substitutions for a reader are taken.",
        rests="`check` and the call itself refuse more than that; two official pages say 10,000 and 50,000.",
        check=_substitution_bytes,
    ),
    Assumption(
        name="rate limit",
        claim="An answer says X-RateLimit-Limit, -Remaining and -Reset in whole numbers, the last as a time within the hour.",
        rests="After a 429 that does not say Retry-After we wait until that time.",
        check=_rate_limit,
    ),
    Assumption(
        name="unknown batch",
        claim="A batch id that was never made is refused.",
        rests="Nothing yet: no mail carries one. A hand-over that can be called back would need it.",
        check=_unknown_batch,
    ),
)
