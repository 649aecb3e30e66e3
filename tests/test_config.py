"""Settings come from newsletter.toml, var/secrets.env and the environment, and every mistake in them is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.config import Config, read_config
from newsletter.folder.bundle import bundled
from newsletter.words.lack import refusal
from newsletter.words.mistake import Missing, Mistake, NewsletterError

WHOLE = """\
name = "Weekly"
sender = "ed@example.com"
address = "Quay 1"
public_url = "https://news.example.com/"
"""
SECRET = "NEWSLETTER_SECRET_KEY=0123456789abcdef0123456789abcdef\n"
MARKED = "MARKED-SECRET-0123456789"


def folder(tmp_path: Path, toml: str = WHOLE, secrets: str = SECRET) -> Path:
    (tmp_path / "var").mkdir()
    (tmp_path / "newsletter.toml").write_text(toml)
    (tmp_path / "var" / "secrets.env").write_text(secrets)
    (tmp_path / "var" / "secrets.env").chmod(0o600)
    return tmp_path


def refused(tmp_path: Path, environ: dict[str, str] | None = None, **texts: str) -> NewsletterError:
    with pytest.raises(NewsletterError) as caught:
        read_config(folder(tmp_path, **texts), environ or {})
    assert caught.value.fix
    return caught.value


def test_a_whole_folder_needs_no_warning(tmp_path: Path) -> None:
    """Defaults: practice, SQLite in var/, parcels as the provider takes them."""
    config = read_config(folder(tmp_path), {})
    assert config.warnings == ()
    assert (config.provider, config.parcel_size) == ("outbox", None)
    assert config.database_url == f"sqlite:///{tmp_path}/var/newsletter.db"
    assert config.newsletter.public_url == "https://news.example.com"
    assert (config.newsletter.zone, config.newsletter.language, config.newsletter.template) == ("UTC", "en", "digest")


def test_practice_does_with_stand_ins_and_says_so(tmp_path: Path) -> None:
    """A name is enough to begin with; nothing that stands in leads anywhere."""
    config = read_config(folder(tmp_path, 'name = "A"\n', secrets=""), {})
    assert len(config.warnings) == 4
    assert config.newsletter.sender.endswith(".invalid")
    assert config.newsletter.public_url.endswith(".invalid")
    assert config.secret_key == read_config(tmp_path, {}).secret_key


SENDGRID = {"NEWSLETTER_PROVIDER": "sendgrid", "SENDGRID_API_KEY": "x"}


@pytest.mark.parametrize("key", ["sender", "address", "public_url"])
def test_a_real_provider_does_not_send_without(tmp_path: Path, key: str) -> None:
    """What law or readers need is named as missing; a stand-in that leads nowhere is in its place, and the rest goes on."""
    toml = "\n".join(line for line in WHOLE.split("\n") if not line.startswith(key))
    config = read_config(folder(tmp_path, toml=toml), SENDGRID)
    assert [lack.setting for lack in config.lacks] == [key]
    assert key in config.lacks[0].fix
    assert config.warnings == ()


def test_a_real_provider_needs_its_key_and_a_secret_to_send(tmp_path: Path) -> None:
    """The sentence names the variable to set. Without a secret nobody can guess the one that stands in."""
    environ = {"NEWSLETTER_PROVIDER": "sendgrid"}
    assert ["SENDGRID_API_KEY" in lack.message for lack in read_config(folder(tmp_path), environ).lacks] == [True]
    (tmp_path / "var" / "secrets.env").write_text("")
    first, second = (read_config(tmp_path, SENDGRID) for _ in range(2))
    assert [lack.setting for lack in first.lacks] == ["secret_key"]
    assert first.secret_key != second.secret_key
    assert len(first.secret_key) == 64
    by_smtp = read_config(tmp_path, {"NEWSLETTER_PROVIDER": "smtp", "NEWSLETTER_SECRET_KEY": "x" * 32})
    assert ["NEWSLETTER_SMTP_URL" in lack.fix for lack in by_smtp.lacks] == [True]


def test_a_real_provider_needs_https_except_on_this_machine(tmp_path: Path) -> None:
    """One-click unsubscribe must be https; a test on localhost cannot be."""
    environ = {**SENDGRID, "NEWSLETTER_PUBLIC_URL": "http://news.example.com"}
    (lack,) = read_config(folder(tmp_path), environ).lacks
    assert "not https" in lack.message
    config = read_config(tmp_path, environ | {"NEWSLETTER_PUBLIC_URL": "http://127.0.0.1:8025"})
    assert config.newsletter.public_url == "http://127.0.0.1:8025"
    assert config.lacks == ()


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    """Nobody has to try five times to learn of five things."""
    config = read_config(folder(tmp_path, 'name = "A"\n', secrets=""), {"NEWSLETTER_PROVIDER": "sendgrid"})
    why = refusal(config.lacks)
    assert why is not None
    assert len(config.lacks) == 5
    assert all(lack.message in why.message and lack.fix in why.fix for lack in config.lacks)
    assert refusal(()) is None


def test_the_environment_wins_over_both_files(tmp_path: Path) -> None:
    """And the secrets file over newsletter.toml; an empty variable is none."""
    home = folder(tmp_path, WHOLE + "parcel_size = 10\n", SECRET + "NEWSLETTER_PARCEL_SIZE=20\n")
    assert read_config(home, {}).parcel_size == 20
    assert read_config(home, {"NEWSLETTER_PARCEL_SIZE": "30"}).parcel_size == 30
    assert read_config(home, {"NEWSLETTER_PARCEL_SIZE": " "}).parcel_size == 20


@pytest.mark.parametrize("key", ["sendgrid_api_key", "secret_key", "smtp_url", "database_url", "SENDGRID_API_KEY"])
def test_a_secret_in_the_shared_file_is_refused_and_not_repeated(tmp_path: Path, key: str) -> None:
    """newsletter.toml is made to be shared; the refusal says where the secret belongs."""
    error = refused(tmp_path, toml=f'{WHOLE}{key} = "{MARKED}"\n')
    assert str(error.place) == "newsletter.toml:5"
    assert "var/secrets.env" in error.fix
    assert MARKED not in str(error)


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    """Not in a log of the settings, and not in a refusal of them."""
    environ = {
        "SENDGRID_API_KEY": MARKED,
        "NEWSLETTER_SECRET_KEY": MARKED,
        "NEWSLETTER_SMTP_URL": f"smtp://me:{MARKED}@mail.example.com:587",
        "NEWSLETTER_DATABASE_URL": f"postgresql://me:{MARKED}@db.example.com/x",
        "NEWSLETTER_SENDGRID_WEBHOOK_KEY": MARKED,
    }
    config: Config = read_config(folder(tmp_path), environ)
    assert config.provider_settings["smtp_url"] is not None and MARKED in config.provider_settings["smtp_url"]
    assert MARKED not in repr(config)
    with pytest.raises(Mistake) as caught:
        read_config(tmp_path, environ | {"NEWSLETTER_SMTP_URL": f"http://me:{MARKED}@x"})
    assert MARKED not in str(caught.value)


@pytest.mark.parametrize(
    ("toml", "place", "message"),
    [
        ('name = "A\n', "newsletter.toml:1:10", "not valid TOML"),
        ('name = "A"\nname = "B"\n', "newsletter.toml:2:11", "not valid TOML"),
        ("name = [", "newsletter.toml:1", "not valid TOML"),
        ('sender = "ed@example.com"\n', "newsletter.toml", "has no name"),
        ('name = "A"\nsendr = "ed@example.com"\n', "newsletter.toml:2", "no setting `sendr`"),
        ('name = "A"\nsender = "Ed <ed@example.com>"\n', "newsletter.toml:2", "not a mail address"),
        ('name = "A"\nreply_to = "nobody"\n', "newsletter.toml:2", "not a mail address"),
        ('name = "A"\nname_ = 1\n', "newsletter.toml:2", "no setting"),
        ("name = 12\n", "newsletter.toml:1", "must be text in quotes"),
        ('name = "A\\nB"\n', "newsletter.toml:1", "line break"),
        ('name = "A"\n\nzone = "Mars/Olympus"\n', "newsletter.toml:3", "no time zone"),
        ('name = "A"\nzone = "../../etc/passwd"\n', "newsletter.toml:2", "no time zone"),
        ('name = "A"\nlanguage = "English please"\n', "newsletter.toml:2", "not a language tag"),
        ('name = "A"\nprovider = "pigeon"\n', "newsletter.toml:2", "`provider` is `pigeon`"),
        ('name = "A"\npublic_url = "news.example.com"\n', "newsletter.toml:2", "not a web address"),
        ('name = "A"\nparcel_size = "ten"\n', "newsletter.toml:2", "a whole number"),
        ('name = "A"\nparcel_size = 0\n', "newsletter.toml:2", "not a number of readers"),
        ('name = "A"\nkeep_ip = "for a while"\n', "newsletter.toml:2", "not a length of time"),
        ('name = "A"\nkeep_ip = "0 days"\n', "newsletter.toml:2", "not a length of time"),
        ('name = "A"\n[sending]\nx = 1\n', "newsletter.toml:2", "no setting `sending`"),
    ],
)
def test_every_mistake_in_the_file_is_named_with_its_line(tmp_path: Path, toml: str, place: str, message: str) -> None:
    """File, line, and what to write instead."""
    error = refused(tmp_path, toml=toml)
    assert message in error.message
    assert str(error.place).startswith(place)


def test_a_wrong_value_in_the_environment_is_named_by_its_variable(tmp_path: Path) -> None:
    """The file is not to blame."""
    error = refused(tmp_path, {"NEWSLETTER_PARCEL_SIZE": "many"})
    assert "NEWSLETTER_PARCEL_SIZE" in error.message
    assert error.place is None


def test_a_line_of_secrets_that_is_not_a_setting_is_named_without_being_shown(tmp_path: Path) -> None:
    """The line may hold the secret itself."""
    error = refused(tmp_path, secrets=f"# mine\n\n{MARKED}\n")
    assert str(error.place) == "var/secrets.env:3"
    assert MARKED not in str(error)


def test_secrets_that_others_can_read_are_a_warning(tmp_path: Path) -> None:
    """The sentence holds the command that closes the file."""
    (folder(tmp_path) / "var" / "secrets.env").chmod(0o644)
    assert any("chmod 600" in warning for warning in read_config(tmp_path, {}).warnings)


def test_a_folder_without_a_newsletter_says_how_to_make_one(tmp_path: Path) -> None:
    """Most often the command was started in the wrong place."""
    with pytest.raises(Missing, match="newsletter init"):
        read_config(tmp_path, {})


def test_the_sample_newsletter_is_set_up_whole() -> None:
    """Only its secret is missing: that is made, never shipped."""
    config = read_config(bundled("seeds"), {})
    assert config.newsletter.name == "Tide & Timetable"
    assert [warning.split(";")[0] for warning in config.warnings] == ["There is no secret key"]


@pytest.mark.parametrize(
    "url", ["https://api.sendgrid.com", "https://api.eu.sendgrid.com/", "https://api.sendgrid.com:443"]
)
def test_sendgrids_own_hosts_may_stand_in_the_file(tmp_path: Path, url: str) -> None:
    """The account of another region is nobody's secret."""
    assert read_config(folder(tmp_path, f'{WHOLE}sendgrid_url = "{url}"\n'), {}).provider_settings[
        "sendgrid_url"
    ] == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        *("https://sendgrid.example.com", "http://api.sendgrid.com", "https://api.sendgrid.com.example.com"),
        *("https://api.sendgrid.com:8443", "https://example.com/api.sendgrid.com", "https://xapi.sendgrid.com"),
        *(
            "https://api.sendgrid.com/v3",
            "https://apisendgrid.com",
            "http://127.0.0.1:8025",
            "https://api.x.y.sendgrid.com",
        ),
    ],
)
def test_one_pushed_line_sends_the_key_nowhere_else(tmp_path: Path, url: str) -> None:
    """Another host counts from the environment or `var/secrets.env` alone, and the refusal says how."""
    mistake = refused(tmp_path, SENDGRID, toml=f'{WHOLE}sendgrid_url = "{url}"\n')
    assert str(mistake.place) == "newsletter.toml:5"
    assert "connect sendgrid --url" in mistake.fix and "var/secrets.env" in mistake.fix
    # Whoever said it at the machine is obeyed, whatever the file says.
    said = SENDGRID | {"NEWSLETTER_SENDGRID_URL": "http://127.0.0.1:9"}
    assert read_config(tmp_path, said).provider_settings["sendgrid_url"] == "http://127.0.0.1:9"
    (tmp_path / "var" / "secrets.env").write_text(f"{SECRET}NEWSLETTER_SENDGRID_URL=https://proxy.example.com\n")
    assert read_config(tmp_path, SENDGRID).provider_settings["sendgrid_url"] == "https://proxy.example.com"


@pytest.mark.parametrize("key", ["smtp_url", "database_url", "imap_url", "sendgrid_api_key", "NEWSLETTER_SMTP_URL"])
def test_servers_that_are_given_secrets_or_readers_are_not_named_in_the_file(tmp_path: Path, key: str) -> None:
    """Whoever may push must not choose where mail, readers or passwords go."""
    mistake = refused(tmp_path, toml=f'{WHOLE}{key} = "smtp://evil.example.com"\n')
    assert "is a secret or holds one" in mistake.message and "var/secrets.env" in mistake.fix
