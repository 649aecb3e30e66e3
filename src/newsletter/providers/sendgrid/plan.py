"""What a SendGrid account may send: its credits, held against the mails of a month."""

from __future__ import annotations

from newsletter.providers.sendgrid.api import SendGridApi
from newsletter.providers.sendgrid.refusal import in_sentences
from newsletter.providers.steps import MailNeed, StepLook, StepState

_A_MONTH = {"monthly": 1.0, "weekly": 52 / 12, "daily": 365 / 12}


def look_at_plan(api: SendGridApi, need: MailNeed) -> StepLook:
    with in_sentences("see how many mails are left", "User Account"):
        told = api.get("/v3/user/credits")
    left = told if isinstance(told, dict) else {}
    remain, total = left.get("remain"), left.get("total")
    if not isinstance(remain, int) or not isinstance(total, int):
        return StepLook(state=StepState.UNKNOWN, words=f"{need.words} SendGrid does not say what this plan allows.")
    often, until = str(left.get("reset_frequency", "")), str(left.get("next_reset", ""))
    allowed = round(total * _A_MONTH.get(often, 1.0))
    says = f"{need.words} This plan allows {allowed:,} a month; {remain:,} are left until {until or 'it is renewed'}."
    if remain <= 0:
        return StepLook(
            state=StepState.WRONG,
            words=f"No mails are left: SendGrid refuses every one until {until or 'the plan is renewed'}. {need.words}",
            fix="Buy a larger plan at SendGrid, under Account Details, or wait until then.",
        )
    if allowed < need.mails_a_month:
        return StepLook(
            state=StepState.CHECK,
            words=says,
            fix="That is not enough: mails beyond it are refused, or cost extra. Choose a larger plan at SendGrid.",
        )
    if remain < need.readers:
        return StepLook(
            state=StepState.CHECK, words=says, fix="The next issue needs more than are left. It would stop half way."
        )
    return StepLook(state=StepState.DONE, words=says)
