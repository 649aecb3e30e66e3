"""What HTML itself fixes: elements without an end, elements inside a line, attributes that hold addresses."""

from __future__ import annotations

_VOID = "area base br col embed hr img input link meta source track wbr"
_INLINE = "a abbr b cite code del em i img ins kbd mark q s small span strong sub sup time u"
_ADDRESSES = "href src action background cite data formaction poster longdesc xlink:href"

VOID = frozenset(_VOID.split())
INLINE = frozenset(_INLINE.split())
ADDRESSES = frozenset(_ADDRESSES.split())
