"""What of a page is not its text: menus, forms, asides, notices, comments, and what nobody is meant to see."""

from __future__ import annotations

import re

from bs4.element import Tag

_NEVER = frozenset({"nav", "dialog", "button", "select", "textarea", "input"})
_ROLES = frozenset({"navigation", "search", "contentinfo", "dialog", "alertdialog"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary")
_COMMENTS = frozenset({"comments", "comment-list", "commentlist", "comment-respond", "respond", "disqus_thread"})
_NOTES = re.compile(r"(?:doc-)?(?:foot|end)-?notes?(?:-?(?:list|section|area|block))?|notes|references")
_REMARKS = re.compile(r"(?:side|margin)-?notes?|callout|admonition|correction|update")
_NOTICE = re.compile(
    r"(?:^|[-_])(?:ads?|advert\w*|promo\w*|sponsor\w*|cookies?|consent|gdpr|newsletter|subscri\w+|sign-?up|related|share|sharing|"
    r"social|sidebar|widgets?|breadcrumbs?|comments?|byline|author-?(?:bio|box|card)|recommend\w*|popular|paywall|"
    r"pull-?quotes?|toolbar|menu|tags|masthead|cmp|cc|onetrust|outbrain|taboola|modal|popup|overlay|teasers?|donat\w+|"
    r"imprint|impressum|legal|copyright|colophon|meta)(?:$|[-_])",
    re.IGNORECASE,
)
_ZERO = r"\s*:\s*0(?![.\d]*[1-9])"
_HIDDEN = re.compile(rf"display\s*:\s*none|(?:font-size|max-height){_ZERO}", re.IGNORECASE)
_FADED = re.compile(rf"visibility\s*:\s*hidden|opacity{_ZERO}", re.IGNORECASE)
_FADES_IN = re.compile(rf"opacity{_ZERO}|animation|transition|transform", re.IGNORECASE)
_TINY = re.compile(r"\s*+[0-3]\s*+(?:px\s*+)?")
_TINY_STYLE = re.compile(r"(?:^|;)\s*(?:width|height)\s*:\s*[0-3](?:px)?\s*(?:;|$|!)", re.IGNORECASE)
# A form with fields and fewer words asks for something; one with more is text that a form was put around.
_FEWEST_WORDS = 60


def is_furniture(tag: Tag, *, n_words: int) -> bool:
    """Whether a tag and all in it is left out. `n_words` is how many words the page has."""
    if tag.name in {"aside", "footer"} and tag.find_parent("blockquote") is not None:
        return False
    if tag.name == "button":
        return tag.find_parent(_HEADINGS) is None
    if tag.name in _NEVER or str(tag.get("role") or "") in _ROLES:
        return tag.find(("h1", "article", "main")) is None
    if is_comments(tag):
        return True
    if tag.name == "form":
        return _asks(tag, n_words)
    if tag.name == "footer":
        return not is_notes(tag)
    return tag.name == "aside" and not is_notes(tag) and not _is_remark(tag)


def is_notes(tag: Tag) -> bool:
    """Whether it holds the footnotes of a text."""
    return any(_NOTES.fullmatch(name) for name in _names(tag))


def is_comments(tag: Tag) -> bool:
    """Whether readers of the page write in it; each of their comments may be an article."""
    return bool(_names(tag) & _COMMENTS) and tag.find(("h1", "main")) is None


def is_notice(tag: Tag) -> bool:
    """Whether its names say that it is an advert, a list of related pages, a notice, or the like."""
    return any(_NOTICE.search(name) for name in _names(tag))


def is_hidden(tag: Tag, *, fades: bool) -> bool:
    """Whether readers never see it. With `fades` a block that scripts fade in counts as seen."""
    style = str(tag.get("style") or "")
    if tag.has_attr("hidden") or tag.get("aria-hidden") == "true" or _HIDDEN.search(style):
        return True
    return _FADED.search(style) is not None and not (fades and _FADES_IN.search(style))


def is_tracker(tag: Tag) -> bool:
    """Whether a picture or a frame is too small to be looked at."""
    sizes = [str(tag.get(name)) for name in ("width", "height") if tag.get(name)]
    return any(_TINY.fullmatch(size) for size in sizes) or _TINY_STYLE.search(str(tag.get("style") or "")) is not None


def _names(tag: Tag) -> set[str]:
    named = [name for key in ("class", "id", "role", "epub:type") for name in tag.get_attribute_list(key)]
    return {name.lower() for name in named if name}


def _asks(form: Tag, n_words: int) -> bool:
    """A search, a sign-up, a comment; not the frame that ASP.NET puts around a whole page."""
    if form.find(("h1", "article", "main")) is not None:
        return False
    n_own = len(form.get_text(" ").split())
    asks = form.find(["input", "textarea", "button", "select"]) is not None
    return asks and n_own * 2 < n_words and n_own < _FEWEST_WORDS


def _is_remark(aside: Tag) -> bool:
    """An aside of the article with words of its own; not a list of links, and nothing that its names say is a notice."""
    if any(_REMARKS.fullmatch(name) for name in _names(aside)):
        return True
    if aside.find_parent(["article", "main"]) is None or is_notice(aside) or aside.find("form") is not None:
        return False
    n_linked = sum(len(link.get_text()) for link in aside.find_all("a"))
    return n_linked * 2 < len(aside.get_text().strip())
