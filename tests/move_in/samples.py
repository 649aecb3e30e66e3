"""Made-up exports of whole newsletters, in the shapes that other systems write."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from PIL import Image

from tests.imports.exports import EXPORTS


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


def a_ghost_post(slug: str, title: str, html: str | None, **more: object) -> dict[str, object]:
    return {
        "id": f"id-{slug}",
        "title": title,
        "slug": slug,
        "html": html,
        "lexical": "{}",
        "plaintext": "words",
        "type": "post",
        "status": "published",
        "visibility": "public",
        "email_recipient_filter": "all",
        "published_at": "2023-05-04T07:00:00.000Z",
        "custom_excerpt": None,
        "feature_image": None,
        **more,
    }


GHOST_POSTS = [
    a_ghost_post(
        "ice",
        "Ice on the river",
        '<p>See <a href="__GHOST_URL__/boats/">the boats</a>.</p>'
        '<figure class="kg-card kg-image-card"><img src="__GHOST_URL__/content/images/2023/05/ice.png" class="kg-image"></figure>'
        '<figure class="kg-card"><img src="__GHOST_URL__/content/images/2023/05/gone.png" alt="Gone"></figure>'
        '<figure class="kg-card kg-bookmark-card"><a class="kg-bookmark-container" href="https://other.example.net/">'
        '<div class="kg-bookmark-content"><div class="kg-bookmark-title">Another coast</div>'
        '<div class="kg-bookmark-description">About tides.</div></div></a></figure>'
        '<div class="kg-card kg-signup-card"><h2>Sign up</h2><form><input></form></div>',
        published_at="2023-05-11T07:00:00.000Z",
        custom_excerpt="It is cold.",
        feature_image="__GHOST_URL__/content/images/2023/05/top.png",
    ),
    a_ghost_post("boats", "Boats", "<p>Three of them.</p>"),
    a_ghost_post("paid", "For payers", "<p>Secret.</p>", visibility="paid"),
    a_ghost_post("mailed", "By mail", "<p>Only mailed.</p>", status="sent"),
    a_ghost_post("draft", "Not yet", "<p>Not yet.</p>", status="draft", published_at=None),
    a_ghost_post("about", "About", "<p>Us.</p>", type="page"),
    a_ghost_post("empty", "Empty", None),
    a_ghost_post("early", "Early", "<p>The first.</p>", published_at=1_609_459_200_000),
]
GHOST = json.dumps(
    {
        "db": [
            {
                "meta": {"exported_on": 1_700_000_000_000, "version": "5.80.0"},
                "data": {
                    "posts": GHOST_POSTS,
                    "posts_meta": [{"post_id": "id-ice", "feature_image_alt": "The river in white"}],
                },
            }
        ]
    }
)

_CAMPAIGN_HEAD = 'Title,Subject,List,"Send Date","Send Weekday","Total Recipients","Successful Deliveries","Abuse Complaints","Unique Id"\n'


def a_mail(words: str) -> str:
    """A mail in tables, as its editor makes them, with all that only makes sense in a mail."""
    return (
        "<!doctype html><html><head><title>*|MC:SUBJECT|*</title><style>p{color:red}</style></head><body>"
        '<span class="mcnPreviewText" style="display:none">A look ahead</span>'
        '<table role="presentation" id="bodyTable"><tr><td><table class="mcnTextBlock"><tbody><tr>'
        '<td class="mcnTextContent"><a href="*|ARCHIVE|*">View this email in your browser</a></td></tr></tbody></table>'
        f'<table class="mcnTextBlock"><tbody><tr><td class="mcnTextContent">{words}</td></tr></tbody></table>'
        '<table class="mcnFollowBlock"><tr><td><a href="https://social.example.net/">Follow</a></td></tr></table>'
        '<table class="mcnTextBlock"><tr><td class="mcnTextContent"><em>Copyright *|CURRENT_YEAR|* *|LIST:COMPANY|*</em><br>'
        '<a href="*|UNSUB|*">unsubscribe from this list</a></td></tr></table>'
        '<img src="https://list.example.net/open.php" height="1" width="1"></td></tr></table></body></html>'
    )


MAILCHIMP: dict[str, str | bytes] = {
    "77/campaigns.csv": _CAMPAIGN_HEAD
    + '"#2 Ferries: the winter","The winter boat, *|FNAME|*",Main,"Jun 18, 2020 09:15 am",Thursday,10,10,0,6e3fb30c88\n'
    + '"#1 Ferries","First boat",Main,"Jun 11, 2020 09:30 pm",Thursday,10,10,0,17671f6028\n'
    + '"Weekly","Twin one",Main,"Jul 02, 2020 09:00 am",Thursday,10,10,0,aa1\n'
    + '"Weekly","Twin two",Main,"Jul 09, 2020 09:00 am",Thursday,10,10,0,aa2\n'
    + '"Lost","Lost",Main,"Jul 16, 2020 09:00 am",Thursday,10,10,0,aa3\n',
    "77/campaigns_content/1200_-2-ferries-the-winter.html": a_mail(
        "<h1>Winter</h1><p>Dear *|FNAME|*, it stays.</p>"
        "<table><tr><th>Boat</th><th>Time</th></tr><tr><td>Ellery</td><td>9:00</td></tr></table>"
        '<img src="https://mcusercontent.example.net/abc/images/winter.png" alt="Winter">'
    ),
    "77/campaigns_content/1200_-2-ferries-the-winter.txt": "Winter",
    "77/campaigns_content/1100_-1-ferries.html": a_mail("<p>The first.</p>"),
    "77/campaigns_content/1310_weekly.html": a_mail("<p>Second twin.</p>"),
    "77/campaigns_content/1300_weekly.html": a_mail("<p>First twin.</p>"),
    "77/campaigns_content/1400_never-sent.html": a_mail("<p>Never.</p>"),
    "77/Files/winter.png": a_picture(),
    "77/lists/members_export.csv": EXPORTS["mailchimp"],
}
AUDIENCE: dict[str, str | bytes] = {
    "subscribed_members_export_1.csv": EXPORTS["mailchimp"],
    "unsubscribed_members_export_1.csv": EXPORTS["mailchimp-unsubscribed"],
    "cleaned_members_export_1.csv": EXPORTS["mailchimp-cleaned"],
}

BUTTONDOWN: dict[str, str | bytes] = {
    "emails.csv": "id,secondary_id,subject,publish_date,source,slug\n"
    "b-2,2,The fancy one,2023-01-05 13:00:00+00:00,app,fancy\n"
    "b-1,1,The plain one,2023-01-02 16:55:00+00:00,app,plain\n",
    "emails/plain.md": "# Hello\n\nWords with a note[^1] and ~~struck~~.\n\n{{ subscribe_form }}\n\n[^1]: The note.\n",
    "emails/fancy.md": '<!-- buttondown-editor-mode: fancy --><h2>Fancy</h2>\n<p onclick="x()">By <a href="https://b.example.net/">b</a></p>'
    "<script>alert(1)</script>\n",
    "subscribers.csv": EXPORTS["buttondown"],
}
