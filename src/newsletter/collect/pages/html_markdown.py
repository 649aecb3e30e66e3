"""HTML that is safe already, as the Markdown of a post: quotes with their source, links, pictures, lists, struck words."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from markdownify import BACKSLASH, MarkdownConverter

from newsletter.collect.literal import literal, literal_fragment, literal_inline, one_line
from newsletter.collect.web_address import in_markdown, whole_address

_BLOCKS = re.compile(r"p|div|section|pre|blockquote|ul|ol|li|table|h[1-6]|figure")
_IN_LINE = frozenset({"a", "b", "strong", "i", "em", "s", "del", "strike", "cite", "q", "code", "kbd", "samp"})
# The beginning of a gap or a remark whose two halves stood on either side of a tag.
_ACROSS_TAGS = re.compile(r"(?<=\{)[{%#]|(?<=<)!(?=--)")
_STARTS_GAP_OR_REMARK = re.compile(r"\{[{%#]|<!--")
# A line break with no line after it; two backslashes would be a backslash that the page shows.
_BREAK_AT_END = re.compile(r"(?<!\\)\\(?=\n\n|\n*\Z)")
_SOURCE_LINE = re.compile(r"(?:^|\n)— (?P<source>[^\n]*)\Z")


def html_to_markdown(html: str) -> str:
    """Markdown of a sanitised piece of HTML."""
    soup = BeautifulSoup(html, "html.parser")
    for block in soup.find_all(lambda tag: _BLOCKS.fullmatch(tag.name) is not None):
        _out_of_lines(block)
    for item in soup.find_all(["li", "dt", "dd"]):
        if item.parent is None or item.parent.name not in {"ul", "ol"}:
            item.name = "p"
    for figure in soup.find_all("figure"):
        _caption_into_quote(figure)
    text = str(_Converter(heading_style="atx", bullets="-", newline_style=BACKSLASH).convert_soup(soup))
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<![ \t])[ \t]++(?=\n|\Z)", "", text)).strip("\n")
    return _ACROSS_TAGS.sub(r"\\\g<0>", text)


def _out_of_lines(block: Tag) -> None:
    """Markdown has no bold or link round a whole block: the block stays, the mark goes."""
    for parent in list(block.parents):
        if parent.name in _IN_LINE:
            parent.unwrap()


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
        if not words or not href or "_noformat" in parent_tags:
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
        return f"~~{text.strip()}~~" if text.strip() else text

    def convert_q(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"“{text.strip()}”" if text.strip() else ""

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags or ("pre" not in parent_tags and _STARTS_GAP_OR_REMARK.search(text)):
            return literal_inline(one_line(text))
        return str(super().convert_code(el, text, parent_tags))  # type: ignore[misc]  # its types leave it out

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return literal_inline(one_line(text))
        if _STARTS_GAP_OR_REMARK.search(text):
            # Nothing can be escaped in code, so code that would be read as a gap is shown line by line.
            return "\n\n" + "\\\n".join(literal(line) for line in text.split("\n") if line.strip()) + "\n\n"
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
        code = text.strip("\n")
        return f"\n\n{fence}\n{code}\n{fence}\n\n" if code.strip() else ""

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"{' '.join(text.split())} · "

    convert_th = convert_td

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Mail has no room for tables: a row becomes an item of a list."""
        words = text.strip().removesuffix("·").strip()
        return f"- {words}\n" if words.strip("· ") else ""


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
