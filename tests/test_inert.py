"""What is left of a page that is shared: nothing to follow, to press or to run, whatever is in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkdash.web.inert import inert

NOTHING = '<p class="a">before</p><p>after</p>'


@pytest.mark.parametrize(
    "gone",
    [
        "<form action=/x><input name=a><button>Go</button></form>",
        "<script>alert(1)</script>",
        "<style>p { color: red }</style>",
        "<nav><a href=/>Home</a></nav>",
        '<iframe src="https://evil.example"></iframe>',
        '<meta http-equiv="refresh" content="0">',
        '<link rel="stylesheet" href="/x">',
        "<noscript><p>x</p></noscript>",
        "<template><p>x</p></template>",
        "<section data-not-shared><h2>Take it on</h2><div><div></div></div></section>",
        '<a class="button" href="/x">Press</a>',
        '<a href="/x" download>Download</a>',
        "<dialog open><p>x</p></dialog>",
    ],
)
def test_what_one_could_press_or_run_goes_whole(gone: str) -> None:
    assert inert(f'<p class="a">before</p>{gone}<p>after</p>') == NOTHING


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ('<a class="x" href="/y">text</a>', '<a class="x">text</a>'),
        ('<a href="javascript:alert(1)">text</a>', "<a>text</a>"),
        ('<a href="#part">text</a>', '<a href="#part">text</a>'),
        ('<p onclick="x()" hx-get="/x" hx-trigger="load" style="a" data-href="/x">t</p>', "<p>t</p>"),
        ('<img src="/x" srcset="/x" alt="x">', "<img>"),
        ('<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>', '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>'),
        ("<p>&lt;script&gt; &amp; é</p>", "<p>&lt;script&gt; &amp; é</p>"),
        ('<p title="&quot;&gt;&lt;b&gt;">t</p>', '<p title="&quot;&gt;&lt;b&gt;">t</p>'),
        ("<p>a<br>b<hr></p>", "<p>a<br>b<hr></p>"),
        ("<!-- secret --><p>t</p>", "<p>t</p>"),
        # by which an axis is written in the reader's zone
        (
            '<text x="5%" data-at="1" data-form="clock">0:00</text>',
            '<text x="5%" data-at="1" data-form="clock">0:00</text>',
        ),
        # by which tables fold, and what is shortened is told whole
        ('<td data-label="Down" data-id="7">1</td>', '<td data-label="Down">1</td>'),
        ('<span class="short" data-whole="/a/b">/a</span>', '<span class="short" data-whole="/a/b">/a</span>'),
    ],
)
def test_what_stays_is_only_to_look_at(html: str, left: str) -> None:
    assert inert(html) == left


@given(st.text(alphabet="<>/=\"' abhrefscriptonfm:-&#;!", max_size=80))
def test_nothing_dangerous_survives_whatever_it_is_made_of(html: str) -> None:
    left = str(inert(html))
    assert re.search(r"<(script|form|iframe|style|meta|link|input|button)\b", left) is None
    assert re.search(r"<[^>]*\s(on\w+|src|action|hx-[\w-]+)\s*=", left) is None
    assert re.search(r'<[^>]*\shref="(?!#)', left) is None
