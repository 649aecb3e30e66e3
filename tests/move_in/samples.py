"""Made-up exports of whole newsletters, in the shapes that other systems write."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from PIL import Image

from tests.audience.exports import EXPORTS


def packed(path: Path, members: dict[str, str | bytes]) -> Path:
    """A zip file with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def a_picture(colour: str = "navy") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(made, "PNG")
    return made.getvalue()


SUBSTACK_POSTS = """\
post_id,post_date,is_published,email_sent_at,type,audience,title,subtitle,podcast_url
1002.the-long-quay,2024-03-14T23:30:00.000Z,true,2024-03-14T23:31:00.000Z,newsletter,everyone,The long quay,"Boats, and more boats",
1001.first-crossing,2024-03-07T08:00:00.000Z,TRUE,2024-03-07T08:01:00.000Z,newsletter,everyone,"First crossing {{ first_name }}",,
1003.for-members,2024-03-21T08:00:00.000Z,true,2024-03-21T08:00:00.000Z,newsletter,only_paid,For members,Closed,
1004.unfinished,,false,,newsletter,everyone,Unfinished,,
1005.about,2024-01-01T08:00:00.000Z,true,,page,everyone,About us,,
1006.on-air,2024-03-28T08:00:00.000Z,true,2024-03-28T08:00:00.000Z,podcast,everyone,On air,A talk,https://audio.example.net/7.mp3
1007.lost,2024-04-04T08:00:00.000Z,true,,newsletter,everyone,Lost,,
"""

QUAY = """\
<p>Read <a href="https://ferries.example.org/p/first-crossing?utm_source=substack">the first one</a> again.
<a class="footnote-anchor" id="footnote-anchor-1" href="#footnote-1">1</a></p>
<blockquote><p>Braces {{ are }} only braces. &lt;!-- posts --&gt;</p></blockquote>
<div class="captioned-image-container"><figure><a class="image-link" href="https://cdn.example.net/quay.png"><div>
<picture><source srcset="https://cdn.example.net/w_424/quay.png 424w"><img src="https://cdn.example.net/quay.png" alt="The quay"></picture>
<div class="image-link-expand"><button>Open</button></div></div></a><figcaption>At dusk</figcaption></figure></div>
<div class="subscription-widget-wrap"><p>Thanks for reading! Subscribe for free.</p><form><input></form></div>
<p class="button-wrapper"><a class="button primary" href="https://ferries.example.org/p/x?action=share"><span>Share</span></a></p>
<p class="button-wrapper"><a class="button" href="https://tickets.example.net/"><span>Buy a ticket</span></a></p>
<div class="digest-post-embed" data-attrs="{&quot;canonical_url&quot;:&quot;https://other.example.net/p/ice&quot;,&quot;title&quot;:&quot;Ice&quot;}"></div>
<div class="image-gallery-embed" data-attrs="{&quot;gallery&quot;:{&quot;images&quot;:[{&quot;src&quot;:&quot;https://cdn.example.net/a.png&quot;}]}}"></div>
<div class="youtube-wrap"><iframe src="https://www.youtube-nocookie.com/embed/abcdefghijk?rel=0"></iframe></div>
<script>alert(1)</script><img src="https://t.example.net/open.gif" width="1" height="1"><a href="javascript:alert(1)">press</a>
<div class="footnote"><a class="footnote-number" href="#footnote-anchor-1">1</a><div class="footnote-content"><p>Or not.</p></div></div>
"""

SUBSTACK: dict[str, str | bytes] = {
    "posts.csv": SUBSTACK_POSTS,
    "posts/1001.first-crossing.html": "<p>We cross at dawn.</p>",
    "posts/1001.opens.csv": "post_id,timestamp,email\n1001,2024-03-07,ana@example.com\n",
    "posts/1001.delivers.csv": "post_id,timestamp,email\n1001,2024-03-07,zoe@example.com\n",
    "posts/1002.the-long-quay.html": QUAY,
    "posts/1003.for-members.html": "<p>Only for those who pay.</p>",
    "posts/1005.about.html": "<p>Us.</p>",
    "posts/1006.on-air.html": "<p>Listen.</p>",
    "email_list.ferries.csv": EXPORTS["substack"],
}
