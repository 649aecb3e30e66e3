"""The words as they look: what an editor points at, and that writing in them gives the very Markdown that a text area gives."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from tests.running import a_folder
from tests.studio.serving import Serving, browser, signed_in, studio, words_of

POST = "posts/2026-11-20-ferries-in-winter.md"
WORDS = """\
Somebody has left **a lamp** on, dear {{ first_name | default("reader") }}:

> It costs *less* than a candle,
and {{ less }} than two.
>
> — Jo Dahl, Harbour Notes

We would leave [it on](https://www.harbour.example.org/lamps/2026). <!-- @ben: is that so? -->"""
PRESSES = [
    *"ab*_>#-[]()`~!1.\\",
    *("Enter", "Enter", "Backspace", "Backspace", "Delete", "Space", "ArrowLeft", "ArrowRight", "Home", "copy"),
    *("Control+b", "Control+i", "Control+Backspace", "Control+Home", "Control+End"),
]
BEGINNINGS = ("", "One **two** three.\n\n> Theirs *is* so.\n\n[a link](https://example.com/x) b\n- item")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with studio(a_folder(tmp_path_factory.mktemp("surface") / "weekly")) as running:
        yield running


@pytest.fixture
def page(chromium: Browser, serving: Serving) -> Iterator[Page]:
    opened = _opened(chromium, serving)
    yield opened
    opened.context.close()


def _opened(chromium: Browser, serving: Serving, words: str = WORDS) -> Page:
    path = serving.directory / POST
    text = path.read_text()
    path.write_text(f"{text[: text.index('---', 4) + 4]}\n{words}\n")
    page = signed_in(chromium, serving)
    page.goto(f"{serving.home}/issues/1")
    page.wait_for_selector(".surface")
    return page


def _value(page: Page) -> str:
    return page.locator("textarea.words").input_value()


def test_a_quote_a_link_and_a_merge_tag_look_like_what_they_are(page: Page) -> None:
    """No mark is seen; a line that goes on with a quote stands in it, as it does in the mail; the copy is the Markdown."""
    surface = page.get_by_role("textbox", name="Our words and their quotes")
    shown = " ".join(surface.inner_text().split())
    assert not set("*[]<") & set(shown)
    assert "first_name" not in shown
    quote = surface.locator(".quote:not(.source)")
    expect(quote).to_contain_text(["than a candle,", "and {{ less }} than two.", ">"])
    assert quote.first.evaluate("(line) => getComputedStyle(line).borderLeftStyle") == "solid"
    expect(surface.locator(".source")).to_contain_text("— Jo Dahl, Harbour Notes")
    assert surface.locator(".strong").evaluate("(run) => getComputedStyle(run).fontWeight") == "700"
    expect(surface.locator(".link .words")).to_have_text("it on")
    assert surface.locator(".link").get_attribute("data-says") == "harbour.example.org/…"
    expect(surface.get_by_role("img", name="first name, or reader")).to_be_visible()
    surface.press("Control+a")
    assert surface.evaluate("() => document.getSelection().toString() !== ''")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    surface.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == WORDS == _value(page)


def test_bold_over_two_lines_and_code_by_its_blanks_look_like_it(page: Page) -> None:
    """As in the mail: a mark without an end is a letter, and blanks below a paragraph or in a list make no code."""
    draw = """async (text) => {
      const { lookOf, NOTHING_OPEN } = await import(document.querySelector('meta[name=root]').content + '/studio/assets/looks.js');
      const words = look => typeof look === 'string' ? look : look.looks.map(words).join('');
      const named = look => typeof look === 'string' ? [] : [look.is.replace('run ', ''), ...look.looks.flatMap(named)];
      const lines = text.split('\\n');
      let open = NOTHING_OPEN;
      return lines.map((line, at) => {
        const behind = lines.slice(at + 1), end = behind.findIndex(one => !one.trim());
        const look = lookOf(line, open, lines[at + 1], (end < 0 ? behind : behind.slice(0, end)).join('\\n'));
        if (look.looks.map(words).join('') !== line) throw new Error(line);
        open = look.open;
        return [look.kind, look.looks.flatMap(named).filter(one => one !== 'mark').join(' ')];
      });
    }"""
    drawn = {
        "It **floats\nand goes\non** and on.": [["", "strong"], ["", "strong"], ["", "strong"]],
        "It *floats\nand **goes** on* and": [["", "em"], ["", "em strong"]],
        "It **floats\nand goes on.": [["", ""], ["", ""]],
        "2 * 3\n* 4*": [["", ""], ["item", "bullet"]],
        "Text\n\n    tide(40)\n\n    wind(7)": [["", ""], ["blank", ""], ["code", ""], ["blank", ""], ["code", ""]],
        "Text\n    goes on": [["", ""], ["", ""]],
        "- One\n\n    more of it\n\nText\n\n\tcode": [
            ["item", "bullet"],
            ["blank", ""],
            ["", ""],
            ["blank", ""],
            ["", ""],
            ["blank", ""],
            ["code", ""],
        ],
    }

    assert drawn == {text: page.evaluate(draw, text) for text in drawn}


def test_marks_come_when_the_caret_is_there_and_a_merge_tag_goes_as_one(page: Page) -> None:
    """What is hidden can be changed all the same, by keys; and what a merge tag says to others, in words."""
    surface = words_of(page)
    surface.get_by_role("img", name="first name, or reader").click()
    page.get_by_label("For readers without one").fill("friend")
    page.keyboard.press("Enter")
    # The browser tells of a dialog that is closed a moment later.
    expect(page.locator("textarea.words")).to_have_value(re.compile(re.escape('{{ first_name | default("friend") }}:')))
    surface.press("Control+z")
    assert _value(page) == WORDS
    surface.press("Control+End")
    for _ in range(len(" <!-- @ben: is that so? -->") + 1):
        surface.press("ArrowLeft")
    expect(surface.locator(".link .address")).to_be_visible()
    surface.press("Backspace")
    assert "lamps/2026.\n" not in _value(page)
    surface.press("Control+z")
    assert _value(page) == WORDS
    surface.press("Control+Home")
    surface.press("End")
    surface.press("ArrowLeft")
    surface.press("Backspace")
    assert _value(page).startswith("Somebody has left **a lamp** on, dear :\n")
    page.get_by_role("button", name="First name").click()
    assert "dear {{ first_name | default" in _value(page)
    page.keyboard.type("!")
    assert " }}!:\n" in _value(page)


def test_what_an_input_method_composes_is_left_alone_until_it_is_done(page: Page) -> None:
    """Then it is in the words once, and one undo takes it back."""
    surface = words_of(page)
    surface.press("Control+Home")
    session = page.context.new_cdp_session(page)
    for text in ("ni", "niha", "nihao"):
        session.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    assert _value(page) == WORDS
    session.send("Input.insertText", {"text": "你好"})
    expect(page.locator("textarea.words")).to_have_value(f"你好{WORDS}")
    surface.press("Control+z")
    assert _value(page) == WORDS


def test_where_showing_words_fails_the_text_area_takes_over(chromium: Browser, serving: Serving) -> None:
    """The letter that was being typed is in it, and the page says what happened."""
    page = _opened(chromium, serving, "One.")
    surface = words_of(page)
    surface.press("Control+End")
    page.evaluate("() => { Element.prototype.after = () => { throw new Error('broken') } }")
    page.keyboard.press("Enter")
    expect(page.locator("textarea.words")).to_be_focused()
    expect(page.locator("form.part")).to_contain_text("shown as plain text now")
    assert _value(page) == "One.\n"
    page.context.close()


def test_a_letter_in_a_long_post_is_answered_at_once(chromium: Browser, serving: Serving) -> None:
    """3,000 words; in the middle of a frame at 60 a second, even on a busy machine."""
    page = _opened(
        chromium, serving, "\n\n".join(["Some **of these** words are [linked](https://example.com), " * 7] * 60)
    )
    words_of(page).press("Control+End")
    took = page.evaluate("""async () => {
      const took = [];
      for (let n = 0; n < 30; n++) {
        const event = new InputEvent("beforeinput", { inputType: "insertText", data: "x", bubbles: true, cancelable: true });
        const began = performance.now();
        document.activeElement.dispatchEvent(event);
        took.push(performance.now() - began);
      }
      return took.sort((a, b) => a - b)[15];
    }""")
    assert _value(page).endswith("x" * 30)
    assert took < 16, f"{took:.1f} ms"
    page.context.close()


def _play(page: Page, presses: Sequence[str]) -> str:
    """The value after these presses, from the end of the words on."""
    words_of(page).press("Control+End")
    for press in presses:
        for key in (
            ["Shift+ArrowLeft", "Shift+ArrowLeft", "Control+c", "ArrowRight", "Control+v"]
            if press == "copy"
            else [press]
        ):
            page.keyboard.press(key)
    return _value(page)


def _begin(page: Page, words: str) -> None:
    page.locator("textarea.words").evaluate(
        "(area, words) => { area.value = words; area.dispatchEvent(new Event('input')) }", words
    )


def _both(page: Page, presses: Sequence[str], beginning: str) -> None:
    plain = page.get_by_role("button", name="Plain text")
    _begin(page, beginning)
    by_surface = _play(page, presses)
    assert page.locator(".surface > .line").all_text_contents() == by_surface.split("\n")
    for _ in presses:
        page.keyboard.press("Control+z")
    assert _value(page) == beginning
    for _ in presses:
        page.keyboard.press("Control+Shift+z")
    assert _value(page) == by_surface
    plain.click()
    _begin(page, beginning)
    assert _play(page, presses) == by_surface
    plain.click()


@pytest.mark.walks
def test_the_same_presses_give_the_same_words_as_in_a_text_area(page: Page) -> None:
    """Letters, marks, line ends, taking away, pasting, bold; and all of it can be taken back and done again."""
    dice = random.Random(20)
    _both(page, [dice.choice(PRESSES) for _ in range(40)], BEGINNINGS[1])


@pytest.mark.walks
def test_any_presses_give_the_same_words_as_in_a_text_area(page: Page) -> None:
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.sampled_from(PRESSES), min_size=1, max_size=40), st.sampled_from(BEGINNINGS))
    def same(presses: list[str], beginning: str) -> None:
        _both(page, presses, beginning)

    same()
