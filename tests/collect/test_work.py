"""Pages of videos, episodes, books, papers and repositories: what their marks say of them, on one line."""

from __future__ import annotations

import json
from datetime import date

import pytest

from newsletter.collect.pages.page import read_page
from newsletter.collect.pages.page_tree import parse_page
from newsletter.collect.pages.work import read_work


def marked(document: object) -> str:
    return f'<title>Ferries</title><script type="application/ld+json">{json.dumps(document)}</script>'


def meta(**said: str) -> str:
    return "".join(f'<meta property="{name.replace("__", ":")}" content="{text}">' for name, text in said.items())


VIDEO = {
    "@type": "VideoObject",
    "author": {"@type": "Person", "name": "Ida Holm"},
    "publisher": {"name": "Harbour TV"},
    "duration": "PT1H12M4S",
    "uploadDate": "2024-03-03T10:00:00Z",
}
CASES = [
    (marked(VIDEO), "Video by Ida Holm, Harbour TV, 1 h 12 min, 3 March 2024."),
    (marked({"@graph": [{"@type": "WebSite"}, {**VIDEO, "duration": "PT45S"}]}), "Video by Ida Holm, Harbour TV, 45 s, 3 March 2024."),
    (marked([{"@type": "PodcastEpisode", "partOfSeries": {"name": "Quay *talk*"}, "timeRequired": "PT30M"}]), "Podcast episode, Quay *talk*, 30 min."),
    (marked({"@type": ["Product", "Book"], "author": [{"name": "A"}, "B"], "numberOfPages": "1312"}), "Book by A, B, 1,312 pages."),
    (marked({"@type": "SoftwareSourceCode", "author": "Ida", "programmingLanguage": "Python"}), "Repository by Ida, Python."),
    (marked({"@type": "WebPage", "mainEntity": {"@type": "DiscussionForumPosting", "author": {"name": "otto"}}}), "Thread by otto."),
    (meta(citation_title="Ice", citation_author="Holm, I.", citation_firstpage="12", citation_lastpage="19", citation_publication_date="2020/05/04"), "Paper by Holm, I., 8 pages, 4 May 2020."),
    (meta(og__type="video.other", og__video__duration="600"), "Video, 10 min."),
]  # fmt: skip


@pytest.mark.parametrize(("html", "sentence"), CASES)
def test_a_page_says_what_it_is_about(html: str, sentence: str) -> None:
    """By the marks of schema.org, of journals, or of Open Graph, in this order."""
    work = read_work(parse_page(html))

    assert work is not None
    assert sentence == work.sentence


@pytest.mark.parametrize(
    "html",
    [
        marked({"@type": "NewsArticle", "video": VIDEO}),
        marked(VIDEO) + marked({"@type": "BlogPosting"}),
        marked("VideoObject"),
        marked({"@type": None, "@graph": 7}),
        '<script type="application/ld+json">{"@type": "VideoObject"</script>',
        f'<script type="application/ld+json">{"[" * 100_000}</script>',
        meta(og__type="article", og__video="https://a.example.com/v.mp4"),
    ],
)
def test_an_article_and_damaged_marks_say_nothing(html: str) -> None:
    """A video within an article does not make it one."""
    assert read_work(parse_page(html)) is None


def test_marks_of_another_kind_are_left() -> None:
    """Numbers, lists and text where others stand; what remains is said."""
    odd = {"@type": "VideoObject", "author": 7, "duration": ["PT1M"], "uploadDate": {}, "publisher": {"name": ["x"]}}
    work = read_work(parse_page(marked(odd)))

    assert work is not None
    assert "Video." == work.sentence


def test_a_video_without_words_is_a_post_with_that_line() -> None:
    """Its marks are text: nothing in them means anything in Markdown."""
    html = marked({**VIDEO, "author": "*Ida* {{ x }}"}) + "<body><h1>Ferries</h1></body>"
    post = read_page(html, on=date(2026, 11, 23), at="https://a.example.com/v")

    assert "Ferries" == post.title
    assert post.body.startswith("Video by \\*Ida\\* {\\{ x }}, Harbour TV, 1 h 12 min")
