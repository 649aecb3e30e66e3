"""The W3C's Nu checker: errors in the HTML, but for those that mail needs."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from pathlib import Path

from tests.oracles import mails, tools
from tests.oracles.verdict import Oracle, Verdict

# Each error that is let pass, and why mail has it all the same.
ALLOWED = {
    r"Attribute “xmlns:[vo]” not allowed here": "classic Outlook draws buttons and backgrounds by these names",
    r"CSS: “(?:mso-[\w-]+|supported-color-schemes)”: Property .* doesn't exist": "for Outlook, and for Apple Mail's dark palette",
    r"obsolete\. Use CSS instead": "Outlook lays out by attributes, not by CSS",
    r"The “(?:align|bgcolor|border|cellpadding|cellspacing|width|valign)” attribute on the “\w+” element is obsolete": (
        "Outlook lays out by attributes, not by CSS"
    ),
    r"Bad value “[\d.]+(?:px)?” for attribute “width” on element": "widths of columns as MJML writes them",
    r"Bad value “supported-color-schemes”|A “meta” element with.*color-scheme": "for Apple Mail's dark palette",
    r"Attribute “aria-roledescription”": "MJML names the mail to screen readers",
}


def examine(folder: Path) -> list[Verdict]:
    found = tools.package("vnu-jar")
    assert found
    verdicts = []
    for name in mails.NAMES:
        path = folder / f"{name}.html"
        path.write_text(mails.made(name).mail.html, encoding="utf-8")
        done = subprocess.run(
            ["java", "-jar", str(found / "build" / "dist" / "vnu.jar"), "--format", "json", "--exit-zero-always", str(path)],
            capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        errors = [one["message"] for one in json.loads(done.stderr)["messages"] if one["type"] != "info"]
        let = Counter(pattern for error in errors for pattern in ALLOWED if re.search(pattern, error))
        others = [error for error in errors if not any(re.search(pattern, error) for pattern in ALLOWED)]
        said = (
            f"{len(errors)} errors, all of {len(let)} kinds that are allowed"
            if not others
            else "; ".join(sorted(set(others)))[:600]
        )
        verdicts.append(Verdict(name, said, not others))
    return verdicts


ORACLE = Oracle(
    name="W3C Nu (vnu)",
    asks="errors only from the written allow-list",
    missing=lambda: tools.missing(npm=("vnu-jar",), programs=("java",)),
    examine=examine,
)
