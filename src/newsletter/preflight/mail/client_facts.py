"""Which mail clients lack which part of HTML and CSS: a table of facts, each with the month of its test.

The facts are those of caniemail (MIT licence, state of June 2026) for the clients that many people read mail with, in the
newest version that was tested there. A letter a client, in the order of `CLIENTS`: y has it, a in part, n lacks it,
u is unknown. Only what some client lacks is listed.
"""

from __future__ import annotations

from dataclasses import dataclass

CLIENTS = (
    "Apple Mail on iPhone",
    "Apple Mail on Mac",
    "Gmail in the browser",
    "Gmail on iPhone",
    "Gmail on Android",
    "Outlook for Windows",
    "Outlook.com",
    "Outlook on iPhone",
    "Outlook on Android",
    "Yahoo in the browser",
    "Samsung Mail",
)

# Without these, words, pictures or the order of things are not what was meant.
_NEEDED = """
.apng                           2020-02  yynynnyynyy
.avif                           2023-01  yyaaanyyyyy
.heic                           2020-02  yyaaannynan
.mp4                            2021-05  yynnnnyynyn
.svg                            2023-01  yynaayyyyyy
.tiff                           2020-02  yyayannynnn
.webp                           2021-02  yyaaanyyyyy
::after                         2020-05  yynnnnaanny
::before                        2020-05  yynnnnaanny
::placeholder                   2020-05  yynnnnaanyy
:checked                        2020-03  yynnnnaaayy
<audio>                         2020-04  yynnnnnnnny
<base>                          2021-12  yyaaayaanay
<button>                        2019-09  yyyaynnnyyy
<details>                       2019-07  yyaaanaaany
<dialog>                        2019-02  yynnynnnnny
<form>                          2019-09  yyyaynayyyy
<input>                         2019-09  yyyyynyynyn
<link>                          2023-12  yynnnynnnnn
<marquee>                       2020-04  yynnnnayyay
<meter>                         2019-02  yynnanyyyny
<object>                        2021-02  yannnnnnnna
<picture>                       2024-04  yannnnnnnny
<progress>                      2019-02  yynnannnnny
<ruby>                          2019-02  yynnanyyyyy
<select>                        2019-09  ayyaynyyyyy
<svg>                           2020-02  yannnnnnnny
<textarea>                      2019-09  yyyyynyynyn
<video>                         2019-09  aynnnnnnnna
@import                         2019-02  yynnnynnnnn
align-items                     2023-12  yynnnnyyyny
aspect-ratio                    2023-12  yynnnnnnnnn
background-image                2023-07  yyyyynyyyay
bottom                          2021-05  yynnnnyyyna
calc()                          2020-02  yyyaannnnny
clamp()                         2021-05  yyyaannnnna
clip-path                       2021-03  yynnnnnnnny
color-mix()                     2023-01  yynnnnnnnnn
column-count                    2019-02  yyyyynyyyny
columns                         2022-08  yyyyynyyyny
conic-gradient()                2023-01  yynnnnnnnna
data:                           2020-02  yynnnayyyyy
display:flex                    2021-11  yyyaanyyyyy
display:grid                    2019-02  yyyaanyyyyy
flex-direction                  2023-01  yynnnnyynny
flex-wrap                       2023-01  yynnnnyyyny
float                           2024-05  yyyaanyyyay
gap                             2022-12  yyaaanaaany
grid-template                   2023-01  yynnnnnnnny
inline-size                     2019-02  nnnnnnnnnny
inset                           2024-05  yynnnnnnnnn
justify-content                 2021-03  yynnnnyyyny
lab()                           2023-01  yynnnnnnnnn
left                            2021-05  yynnnnyyyna
light-dark()                    2024-08  yynnnnnnuna
linear-gradient()               2021-12  yyyyannnnna
list-style-image                2020-04  yynnnnnnnny
margin-block                    2022-07  yynnnnnnnnn
margin-inline                   2022-07  yynnnnnnnnn
margin-inline-end               2022-07  yynnnnnnnny
margin-inline-start             2022-07  yynnnnnnnny
mask-image                      2024-11  yynnnnnnnny
max()                           2021-05  yyyaannnnna
min()                           2021-05  yyyaannnnna
nesting                         2023-08  yannnnnnnna
oklch()                         2023-01  yynnnnnnnnn
padding-block                   2022-07  yynnnnnnnnn
padding-inline                  2022-07  yynnnnnnnnn
padding-inline-end              2022-07  yynnnnnnnny
padding-inline-start            2022-07  yynnnnnnnny
position                        2021-05  aannnnanaaa
radial-gradient()               2021-12  yyyyannnnny
rgba()                          2021-05  yyaaanyyyay
right                           2021-05  yynnnnyyyna
top                             2021-05  yynnnnyyyna
transform                       2019-02  yynnnnnnnny
var()                           2020-02  yynnnnnnnny
visibility                      2019-02  yynnnnyyyyy
writing-mode                    2022-05  yyyaanyyyny
"""
# Without these the mail is plainer, and says the same.
_DECORATION = """
1ch                             2020-02  yyyyynyyyny
1rem                            2020-02  yyyyynyyyny
1vh                             2023-10  ayyyynyyyyy
1vmax                           2020-02  yyyyynyyyny
1vmin                           2020-02  yyyyynyyyny
1vw                             2020-02  yyyyynyyyyy
::first-letter                  2020-05  yynnnnaanyy
::first-line                    2020-05  yynnnnaanyy
::marker                        2022-12  yynnnnnnnyy
:active                         2019-10  nannnnanyyn
:default                        2026-02  yynnnnayyyu
:first-child                    2019-10  yynnnnayyyy
:first-of-type                  2019-10  yynnnnayyyy
:focus                          2019-10  nynnnnanyyy
:focus-visible                  2026-04  uynnnnauayy
:focus-within                   2026-04  uynnnnnuayy
:has                            2022-03  yynnnnnnnny
:hover                          2019-10  yyynananyyy
:lang                           2022-07  yynnnnnyyny
:last-child                     2019-10  yynnnnayyyy
:last-of-type                   2019-10  yynnnnayyyy
:link                           2019-10  yynnnyayyyy
:not                            2019-10  yynnnnnnnny
:nth-child                      2019-10  yynnnnnnnny
:nth-last-child                 2019-10  yynnnnnnnny
:nth-last-of-type               2019-10  yynnnnnnnny
:nth-of-type                    2019-10  yynnnnnnnny
:only-child                     2019-10  yynnnnayyyy
:only-of-type                   2019-10  yynnnnayyyy
:target                         2019-10  nnnnnnayyyy
:visited                        2019-10  nnnnnnayyyn
<abbr>                          2023-09  yyyyynyyyny
<acronym>                       2024-01  yyyyynyyyny
<article>                       2019-07  yyaaanaaany
<aside>                         2019-07  yyaaanaaany
<bdi>                           2019-02  yynnnnnnnny
<figcaption>                    2019-07  yyaaanaaany
<figure>                        2019-07  yyaaanaaany
<footer>                        2019-07  yyaaanaaany
<header>                        2019-07  yyaaanaaany
<main>                          2019-07  yyaaanaaany
<mark>                          2019-07  yyaaanaaany
<nav>                           2019-07  yyaaanaaany
<rp>                            2019-02  yynnanyyyyy
<rt>                            2019-02  yynnanyyyyy
<section>                       2019-07  yyaaanaaany
<summary>                       2019-07  yyaaanaaany
<time>                          2019-07  yyaaanaaany
<wbr>                           2019-02  yyynanyyyyy
@font-face                      2023-12  yynnnannnny
@keyframes                      2021-05  yynnnnnnnyy
@media                          2023-12  yyaaanaaaaa
@media hover                    2022-08  yynnnnyyyny
@media orientation              2019-08  ayynynyyyny
@media prefers-color-scheme     2023-03  yynnnnyyyny
@media prefers-reduced-motion   2021-02  yynnnnyyyny
@supports                       2020-05  yynnnnnnnyy
[attribute]                     2020-12  yyaaanaaaay
a + b                           2020-03  yyyaanyyyyy
a > b                           2019-10  yyyaanyyyyy
a ~ b                           2020-03  yyyaanyyyyy
accent-color                    2023-12  yynnnnnnnny
animation                       2026-04  yynnnnnnnny
backdrop-filter                 2024-01  yynnnnnnnny
background-blend-mode           2019-02  yyyaanyyyny
background-clip                 2019-02  yyyaanyyyny
background-origin               2019-02  yyyaanyyyny
background-position             2019-02  yyyyynyyyyy
background-repeat               2019-02  yyyyynyyyyy
background-size                 2019-02  yyyaanyyyyy
block-inline-size               2022-07  yynnnnnnnny
border-image                    2019-02  yynnnnnnnny
border-radius                   2021-03  yyyyynyyyay
border-spacing                  2023-12  yyyyynyyyyy
box-shadow                      2023-12  yynaanyyyny
box-sizing                      2019-02  yyyyynyyyny
caption-side                    2021-05  yyyyynyyyyy
clear                           2024-09  yyyyanyyaay
color-scheme                    2023-09  yynnnnnnnny
column-gap                      2022-08  yyyyynyyyny
column-rule                     2022-08  yyyyynyyyny
cursor                          2025-07  nannnunnnau
empty-cells                     2024-08  yyyyynyyyyy
filter                          2024-01  yynnnnnnnny
font-kerning                    2022-08  yyyyynyyyny
font-size-adjust                2026-04  yyyaanyyyau
font-stretch                    2023-09  yyyynnyynnn
height                          2019-09  yyyyyayyyny
href="#"                        2019-08  yyynyyyyyan
hyphenate-character             2024-06  yynnnnnnnny
hyphenate-limit-chars           2024-08  nnnnnnnnnnn
hyphens                         2022-08  yynnnnnnnny
list-style-position             2020-04  yyyyynyyyyy
max-block-size                  2022-09  yynnnnnynny
max-height                      2021-11  yyyyynyyyyy
max-inline-size                 2024-05  yynnnnnnnny
meta color-scheme               2023-09  nynnnnnnnnn
min-block-size                  2024-05  yynnnnnnnny
min-height                      2021-11  yyyyynyyyyy
min-inline-size                 2022-08  yynnnnnynny
min-width                       2021-11  yyyyynyyyyy
mix-blend-mode                  2020-12  yyyaanyyyny
object-fit                      2021-07  yyyaanyyyny
object-position                 2021-07  yyyaanyyyny
opacity                         2019-02  yyyyynyyyyy
orphans                         2024-06  yynnnnyyyny
outline                         2022-03  yyyyynyyyyy
outline-offset                  2022-12  yynnnnnnnny
overflow                        2025-05  aaaaanaaaaa
overflow-wrap                   2022-08  aannnnnnnny
resize                          2024-01  nannnnnnnny
scroll-snap                     2023-02  yynnnnnnnny
shape-margin                    2024-03  yynnnnnnnny
shape-outside                   2024-02  yynnnnnnnny
srcset                          2019-05  yynnnnnnnny
tab-size                        2022-07  yynnnnyynny
table-layout                    2022-07  yyyyynyyyyy
text-align-last                 2022-08  yyyyynnnnny
text-decoration-color           2020-04  yyyaanyyyyy
text-decoration-line            2023-12  yyyyynyyyyy
text-decoration-skip-ink        2023-12  yynnnnnnnny
text-decoration-style           2023-12  yyyyynyyyyy
text-decoration-thickness       2023-01  yynnnnnnnny
text-emphasis                   2022-07  yyyynnyynnn
text-emphasis-position          2022-07  yynnnnnnnnn
text-justify                    2024-04  nnannaannan
text-orientation                2023-12  yyyyynyyyny
text-overflow                   2019-02  yyyaanyyynn
text-shadow                     2019-02  yynnnnnnnyy
text-underline-offset           2023-01  yynnnnnnnny
text-underline-position         2023-12  aayaynyayny
text-wrap                       2024-04  yynnnnnnnny
transition                      2024-03  yynnnnnnnaa
user-select                     2024-02  aynnnnnnnny
white-space                     2019-02  yyyaanyyyyn
white-space-collapse            2024-09  yynnnnnnnny
widows                          2024-05  yynnnnyyyny
word-break                      2022-02  aayaayaaana
word-spacing                    2024-03  yyyyynyyyay
word-wrap                       2025-05  yyauanyynyu
z-index                         2021-05  yynnnnyyyyy
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """`lacking` are the names of the clients that lack it; `tested` is the month of the test."""

    feature: str
    tested: str
    lacking: tuple[str, ...]
    is_needed: bool


def _facts(table: str, *, is_needed: bool) -> dict[str, Fact]:
    found = {}
    for line in table.strip().splitlines():
        feature, tested, letters = line.rsplit(maxsplit=2)
        feature = feature.strip()
        lacking = tuple(client for client, letter in zip(CLIENTS, letters, strict=True) if letter == "n")
        found[feature] = Fact(feature, tested, lacking, is_needed)
    return found


FACTS = _facts(_NEEDED, is_needed=True) | _facts(_DECORATION, is_needed=False)
