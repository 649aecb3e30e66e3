"""Exports a list as a file that is written while it is downloaded: nothing of it is stored on the disk."""

from __future__ import annotations

import io
from typing import IO
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from newsletter.exports.csv_export import export_csv
from newsletter.exports.export_for import IN_A_ZIP, TARGETS, export_for
from newsletter.web.studio.page import Page
from newsletter.web.studio.streamed import written
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Missing
from newsletter.words.user import Role


def download(studio: Studio, visit: Visit) -> Response:
    """`?list=`; `?for=` is the system that will import it, or "spreadsheet"."""
    readers, name, target = studio.parts.readers, visit.asked("list"), visit.asked("for")
    if readers.find_list(name) is None:
        raise Missing(f"There is no list called {name!r}.", fix="Look under Lists.")

    def write(file: IO[bytes]) -> None:
        if target in TARGETS:
            export_for(target, readers, name, file)
            return
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        export_csv(readers, name, text, spreadsheet=target == "spreadsheet")
        text.flush()
        text.detach()

    is_zip = target in IN_A_ZIP
    ending = f"-{target}.zip" if is_zip else f"-{target}.csv" if target in TARGETS else ".csv"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name + ending, safe='')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(written(write), media_type="application/zip" if is_zip else "text/csv", headers=headers)


PAGES = (Page(path="/readers/export", show=download, see=Role.EDITOR),)
