"""HTML that is safe already, as the Markdown of a post: quotes with their source, links, pictures, lists, struck words."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from markdownify import BACKSLASH, MarkdownConverter

from newsletter.collect.literal import literal, literal_fragment, literal_inline, one_line
from newsletter.collect.pages.inline_marks import settle_marks
from newsletter.collect.web_address import in_markdown, whole_address
from newsletter.folder.issue_file import marker_line

_BLOCKS = re.compile(r"p|div|section|pre|blockquote|ul|ol|li|table|h[1-6]|figure")
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_NOT_IN_HEADINGS = [*_HEADINGS, "pre", "blockquote", "ul", "ol", "li", "table", "figure"]
_TEXT_BLOCKS = [*_HEADINGS, "p", "div", "section", "li", "dt", "dd", "figcaption", "blockquote"]
_IN_LINE = frozenset({"a", "b", "strong", "i", "em", "s", "del", "strike", "cite", "q", "code", "kbd", "samp"})
# The beginning of a gap or a remark whose two halves stood on either side of a tag.
_ACROSS_TAGS = re.compile(r"(?<=\{)[{%#]|(?<=<)!(?=--)")
# Stands between two such halves in code, where braces are only braces and a backslash would be seen.
_IN_CODE = "\0"
# A line break with no line after it; two backslashes would be a backslash that the page shows.
_BREAK_AT_END = re.compile(r"(?<!\\)\\(?=\n\n|\n*\Z)")
_SOURCE_LINE = re.compile(r"(?:^|\n)— (?P<source>[^\n]*)\Z")


def html_to_markdown(html: str) -> str:
    """Markdown of a sanitised piece of HTML."""
    soup = BeautifulSoup(html, "html.parser")
    for block in soup.find_all(lambda tag: _BLOCKS.fullmatch(tag.name) is not None):
        _out_of_lines(soup, block)
    for heading in soup.find_all(_HEADINGS):
        if heading.find(_NOT_IN_HEADINGS):
            heading.name = "div"
    for item in soup.find_all(["li", "dt", "dd"]):
        if item.parent is None or item.parent.name not in {"ul", "ol"}:
            item.name = "p"
    for block in soup.find_all(["p", "div", "section"]):
        if not block.get_text(strip=True) and block.find(True) is None:
            block.replace_with(soup.new_tag("br"))
    for figure in soup.find_all("figure"):
        _caption_into_quote(figure)
    settle_marks(soup)
    text = str(_Converter(heading_style="atx", bullets="-", newline_style=BACKSLASH).convert_soup(soup))
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<![ \t])[ \t]++(?=\n|\Z)", "", text)).strip("\n")
    return _ACROSS_TAGS.sub(r"\\\g<0>", text).replace(_IN_CODE, "")


def _out_of_lines(soup: BeautifulSoup, block: Tag) -> None:
    """Markdown has no bold or link round a whole block: the block stays, the mark goes, a link moves into it."""
    for parent in list(block.parents):
        if parent.name == "a":
            _link_inside(soup, parent)
        if parent.name in _IN_LINE:
            parent.unwrap()


def _link_inside(soup: BeautifulSoup, link: Tag) -> None:
    """Its heading carries the address, else its picture, else its first paragraph."""
    blocks = [tag for tag in link.find_all(_TEXT_BLOCKS) if tag.get_text(strip=True) and tag.find(_BLOCKS) is None]
    headings = [tag for tag in blocks if tag.name.startswith("h")]
    place = next(iter([*headings, *link.find_all("img"), *blocks]), None)
    if place is None or not link.get("href"):
        return
    inner = soup.new_tag("a", href=str(link["href"]))
    if place.name == "img":
        place.wrap(inner)
    else:
        for child in list(place.children):
            inner.append(child.extract())
        place.append(inner)


def _caption_into_quote(figure: Tag) -> None:
    """A caption under a quote says whose words they are."""
    quote, caption = figure.find("blockquote"), figure.find("figcaption")
    if quote is not None and caption is not None:
        caption.name = "footer"
        quote.append(caption.extract())


class _Converter(MarkdownConverter):
    def escape(self, text: str, parent_tags: set[str]) -> str:
        return literal_fragment(text)

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words, href = text.strip(), str(el.get("href") or "")
        if not words or not re.match(r"https?:|mailto:", href, re.IGNORECASE) or "_noformat" in parent_tags:
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{before[:1]}[{words}]({in_markdown(whole_address(href) or href)}){after[:1]}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        src, alt = in_markdown(str(el.get("src") or "")), literal_inline(one_line(str(el.get("alt") or "")))
        return f"![{alt.replace('[', '(').replace(']', ')')}]({src})" if src else ""

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words, cite = _BREAK_AT_END.sub("", text).strip(), in_markdown(str(el.get("cite") or ""))
        if not words:
            return ""
        source = _SOURCE_LINE.search(words)
        if cite and source is None:
            words += f"\n\n— [{literal_inline(host_in(cite))}]({cite})"
        elif cite and source is not None and "](" not in source["source"]:
            words = f"{words[: source.start('source')]}[{source['source']}]({cite})"
        return "\n\n" + "\n".join(f"> {line}".rstrip() for line in words.split("\n")) + "\n\n"

    def convert_cite(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "blockquote" in parent_tags and "footer" not in parent_tags and _stands_alone(el):
            return _source(text)
        return f"*{text.strip()}*" if text.strip() else text

    def convert_footer(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _source(text) if "blockquote" in parent_tags else text

    def convert_strike(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{before[:1]}~~{text.strip()}~~{after[:1]}" if text.strip() else text

    def convert_q(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"“{text.strip()}”" if text.strip() else ""

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return literal_inline(one_line(text))
        if "pre" in parent_tags:
            return text
        return _as_code(str(super().convert_code(el, one_line(text), parent_tags)))  # type: ignore[misc]  # its types leave it out

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return literal_inline(one_line(text))
        if marker_line(text.split("\n")) is not None:
            # In an issue the posts would stand in its place, and nothing can be escaped in code.
            return "\n\n" + "\\\n".join(literal(line) for line in text.split("\n") if line.strip()) + "\n\n"
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
        code = text.strip("\n")
        return f"\n\n{fence}\n{_as_code(code)}\n{fence}\n\n" if code.strip() else ""

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"{' '.join(text.split())} · "

    convert_th = convert_td

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Mail has no room for tables: a row becomes an item of a list."""
        words = text.strip().removesuffix("·").strip()
        return f"- {words}\n" if words.strip("· ") else ""


def _as_code(text: str) -> str:
    return _ACROSS_TAGS.sub(rf"{_IN_CODE}\g<0>", text)


def _source(text: str) -> str:
    words = re.sub(r"^[\s—–―-]+", "", " ".join(text.replace("\\\n", " ").split()))
    return f"\n\n— {words}\n\n" if words else ""


def _stands_alone(cite: Tag) -> bool:
    """Whether nothing but a line break stands before it and nothing after it: then it names the source."""
    before = [node for node in cite.previous_siblings if not _is_blank(node)]
    after = [node for node in cite.next_siblings if not _is_blank(node)]
    return not after and (not before or getattr(before[0], "name", None) in {"br", "p"})


def _is_blank(node: object) -> bool:
    return isinstance(node, NavigableString) and not node.strip()


def host_in(address: str) -> str:
    """The host of an address as the page writes it, without `www.`."""
    return re.sub(r"^https?://(?:www\.)?([^/?#]+).*", r"\1", address)
