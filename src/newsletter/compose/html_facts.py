"""What HTML itself fixes: elements without an end, elements inside a line, attributes that hold addresses or code."""

from __future__ import annotations

_VOID = "area base br col embed hr img input link meta source track wbr"
_INLINE = "a abbr b cite code del em i img ins kbd mark q s small span strong sub sup time u"
_ADDRESSES = "href src action background cite data formaction poster longdesc xlink:href"
# A language of its own is read out of these, in which escaping for an attribute says nothing.
_CODE = "style srcset imagesrcset srcdoc content ping archive"

VOID = frozenset(_VOID.split())
INLINE = frozenset(_INLINE.split())
ADDRESSES = frozenset(_ADDRESSES.split())
CODE = frozenset(_CODE.split())
