"""Settings in the studio: what stands where, one line changed at a time, health that is looked into when asked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config_changes import SettingWish, change_settings, where_it_stands, with_values
from newsletter.words.mistake import Mistake, NotNow
from tests.running import TOML
from tests.studio.conftest import World


@pytest.fixture(autouse=True)
def nothing_set_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller's own settings are not this newsletter's."""
    monkeypatch.delenv("NEWSLETTER_PUBLIC_URL", raising=False)


def _file(world: World) -> str:
    return (world.parts.directory / "newsletter.toml").read_text()


def _as_shown(world: World) -> dict[str, str]:
    """The fields of the page's form as a browser would send them."""
    page = world.client.get("/studio/settings").text
    form = page.partition('class="details"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'<input [^>]*?name="([a-z_-]+)" value="([^"]*)"', form))
    return {**fields, "template": ""}


def test_one_line_is_changed_and_nothing_else(world: World) -> None:
    """Comments, order and the other lines stay; the page says when it counts, and goes on saying it."""
    path = world.parts.directory / "newsletter.toml"
    path.write_text("# ours\n" + TOML.replace('zone = "Europe/Berlin"', 'zone = "Europe/Berlin"  # the office'))
    before = _file(world)
    answer = world.post("/settings", **{**_as_shown(world), "zone": "Europe/Lisbon"})

    assert answer.status_code == 303, answer.text
    assert _file(world) == before.replace("Berlin", "Lisbon")
    page = world.client.get("/studio/settings").text
    assert "Saved: Time zone." in page
    assert "<b>Time zone</b>: saved, and counts once the program has started again" in page
    assert "Start it again where it was started" in page


@pytest.mark.parametrize(
    ("key", "value"),
    [("sender", "nobody"), ("zone", "Europe/Nowhere"), ("template", "gone"), ("public_url", "example")],
)
def test_what_would_be_wrong_is_not_written(world: World, key: str, value: str) -> None:
    """The page says why, and keeps what was typed."""
    before = _file(world)
    answer = world.post("/settings", **{**_as_shown(world), "name": "Other Ferries", key: value})

    assert answer.status_code in {400, 404}
    assert "Nothing was saved." in answer.text
    assert 'value="Other Ferries"' in answer.text
    assert _file(world) == before


def test_a_line_that_changed_on_disk_is_not_written_over(world: World) -> None:
    """The others of the same form are not touched either."""
    typed = _as_shown(world)
    path = world.parts.directory / "newsletter.toml"
    path.write_text(TOML.replace("Weekly Ferries", "Ferries, weekly"))
    answer = world.post("/settings", **{**typed, "name": "Boats"})
    assert "Ferries, weekly" in answer.text
    assert "Boats" not in _file(world)

    world.post("/settings", **{**typed, "language": "de"})
    assert 'language = "de"' in _file(world)
    assert "Ferries, weekly" in _file(world)


def test_what_the_environment_sets_is_said_and_not_asked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It wins over the file, so a field for it would do nothing."""
    monkeypatch.setenv("NEWSLETTER_PUBLIC_URL", "https://elsewhere.example.com")
    page = world.client.get("/studio/settings").text

    assert "Set outside of the studio (NEWSLETTER_PUBLIC_URL); it can't be changed here." in page
    assert 'name="public_url"' not in page


def test_no_secret_is_shown(world: World) -> None:
    """Only that it is set, and where."""
    (world.parts.directory / "var" / "secrets.env").write_text(
        f"NEWSLETTER_SECRET_KEY={'k' * 40}\nSENDGRID_API_KEY=SG.hush-hush\n"
    )
    page = world.client.get("/studio/settings").text

    assert "hush" not in page
    assert "kkkk" not in page
    assert page.count('<span class="soft">set</span>') == 2
    assert "SendGrid&#39;s key" in page


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
def test_any_text_is_read_back_as_it_was_written(value: str) -> None:
    """Quotes, backslashes and letters of any script; and the lines around it are as they were."""
    import tomllib

    text = "# first\r\nname = 'Old' # kept\r\n\r\nzone='UTC'\r\n"
    changed = with_values(text, {"name": value, "address": value})

    assert tomllib.loads(changed) == {"name": value, "zone": "UTC", "address": value}
    assert changed.startswith("# first\r\nname = ")
    assert " # kept\r\n\r\nzone='UTC'\r\n" in changed


def test_changes_are_refused_before_anything_is_written(world: World) -> None:
    """A key that was changed meanwhile, and a value that the program could not start with."""
    directory = world.parts.directory
    with pytest.raises(NotNow):
        change_settings(directory, {"name": SettingWish(was="Something else", now="Boats")})
    with pytest.raises(Mistake):
        change_settings(directory, {"name": SettingWish(was="Weekly Ferries", now="Boa\nts")})
    assert _file(world) == TOML
    assert where_it_stands(directory, ["zone"])["zone"].place == "newsletter.toml, line 5"


# What somebody who edits and does not program would not know: names of settings, files and commands.
_CODE = re.compile(r"newsletter\.toml|secrets\.env|NEWSLETTER_|newsletter connect|<code>|/var/")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("sender", "nobody", "“Sender” is not a mail address: nobody"),
        ("zone", "Mars/Base", "There is no time zone Mars/Base."),
        ("per_hour", "many", "“Readers an hour, at most” must be a whole number."),
        ("public_url", "example", "“Public address” is not a web address: example"),
    ],
)
def test_a_refusal_is_in_the_words_of_the_page(world: World, key: str, value: str, said: str) -> None:
    """No setting's name, file or command; the field keeps what was typed."""
    answer = world.post("/settings", **{**_as_shown(world), key: value})

    assert said in answer.text
    assert f'value="{value}"' in answer.text
    assert not _CODE.search(answer.text.partition("<main")[2])


@pytest.mark.parametrize("path", ["/settings", "/settings/service", "/settings/service?with=smtp", "/first-day"])
def test_no_code_stands_on_a_page_of_settings(inside: World, path: str) -> None:
    """But in the sentence that says a value is set outside."""
    assert not _CODE.search(inside.client.get(f"/studio{path}").text.partition("<main")[2])


def test_everything_that_the_file_holds_has_a_field(world: World) -> None:
    """But for what belongs to a sending service, which has a page of its own."""
    from newsletter.config_sources import KEYS, PROVIDER_SETTINGS

    own = KEYS.keys() - {one.key for one in PROVIDER_SETTINGS} - {"provider"}
    page = world.client.get("/studio/settings").text
    assert {key for key in own if f'name="{key}"' in page} == own


def test_a_number_is_kept_as_one_and_taken_out_again(world: World) -> None:
    """A file with a number in quotes would be refused at the next start."""
    world.post("/settings", **{**_as_shown(world), "per_hour": "2000"})
    assert "per_hour = 2000\n" in _file(world)

    world.post("/settings", **{**_as_shown(world), "per_hour": ""})
    assert "per_hour" not in _file(world)


def test_health_is_looked_into_when_asked_and_remembered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """GET asks nobody and writes nothing; the button does, and says from when it is."""
    from newsletter.wiring.soundness import outside

    asked: list[str] = []
    monkeypatch.setattr(outside, "ask_domain", lambda parts, resolver: asked.append("domain") or [])
    monkeypatch.setattr(outside, "ask_address", _broken)
    page = world.client.get("/studio/settings/health").text
    assert "Not looked into yet" in page
    assert not asked
    assert not (world.parts.directory / "var" / "cache" / "health.json").exists()

    assert world.post("/settings/health").status_code == 303
    page = world.client.get("/studio/settings/health").text
    assert asked == ["domain"]
    assert "As it was just now" in page
    assert "sqlite answers" in page
    assert "could not be looked at (RuntimeError)" in page
    assert "seen under a minute ago" in world.client.get("/studio").text


def _broken(_parts: object) -> object:
    raise RuntimeError("a fault of our own")


def test_the_gallery_shows_each_template_and_which_is_used(world: World) -> None:
    """Each in a frame that runs nothing; an owner changes it with a button."""
    page = world.client.get("/studio/settings/templates").text
    frames = re.findall(r'<iframe src="(/studio/settings/templates/([a-z]+)/sample)" sandbox', page)
    assert {name for _, name in frames} >= {"digest", "letter", "roundup"}
    assert page.count("Issues look like this") == 1

    sample = world.client.get(frames[0][0])
    assert "script-src" not in sample.headers["Content-Security-Policy"]
    assert "sandbox" in sample.headers["Content-Security-Policy"]
    assert 'src="http' not in sample.text

    world.post("/settings/templates", template="letter", was="")
    assert 'template = "letter"' in _file(world)
    assert world.client.get("/studio/settings/templates/gone/sample").status_code == 404
