"""The publication: what it is called, who sends it, and what law and good manners ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from newsletter.words.domain import ascii_domain

# Stand for what is not set yet; nobody can have that host (RFC 2606).
NO_ADDRESS_YET = "(no postal address yet)"
NO_HOST_YET = "newsletter.invalid"


class FormOfAddress(StrEnum):
    """How readers are spoken to in languages that have two ways: Sie or du. USUAL is what each language's sentences do by themselves."""

    USUAL = "usual"
    FORMAL = "formal"
    INFORMAL = "informal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """A publication as `newsletter.toml` describes it. `zone` is an IANA name; `list_id` an RFC 2919 identifier."""

    name: str
    sender: str
    reply_to: str | None = None
    address: str
    template: str = "digest"
    language: str = "en"
    form_of_address: FormOfAddress = FormOfAddress.USUAL
    zone: str = "UTC"
    public_url: str

    @property
    def domain(self) -> str:
        """The part of the sender after the @, in ASCII: the right side of Message-IDs and of the List-Id."""
        return ascii_domain(self.sender.rpartition("@")[2])

    def list_id(self, list_name: str) -> str:
        """RFC 2919 wants an identifier that is stable for the life of the list, under a domain of ours."""
        return f"{list_name}.{self.domain}"
