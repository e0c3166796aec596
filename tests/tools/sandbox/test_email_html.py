"""The HTML of an e-mail in a frame. That it loads nothing is tested in test_browser.py."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.email_html import list_links, make_inert

NOISY = ("<link", "<meta", "<iframe", "<frame", "<object", "<embed")
BASE = '<base target="_blank">'


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="preconnect" href="http://x.example">',
        "<LINK\nrel=preconnect>",
        "<link/rel=preconnect>",
        "<noscript><link rel=preconnect></noscript>",
        '<meta http-equiv="x-dns-prefetch-control" content="on">',
        "<Meta>",
        "<p title='<link >'>",
        "<link",
        "<iframe src=x>",
        "<frameset><frame src=x>",
        "<object data=x>",
        "<EMBED src=x>",
    ],
)
def test_connecting_elements_are_replaced(html: str) -> None:
    """An element that connects in advance is replaced, however it is written."""
    assert not [each for each in NOISY if each in make_inert(html).lower()]


@pytest.mark.parametrize(
    "html", ["<p>link meta</p>", "<linked>", "<metal>", "a < link", "<style>p { color: red }</style>"]
)
def test_all_else_stays_as_it_is(html: str) -> None:
    """Text and elements with similar names stay unchanged."""
    assert make_inert(html) == BASE + html


def test_a_doctype_stays_the_first() -> None:
    """The doctype stays in front: behind another element browsers ignore it, and the layout changes."""
    assert make_inert("\n<!DOCTYPE html>\n<p>") == f"\n<!DOCTYPE html>{BASE}\n<p>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<p>x <a href="https://a.example/?x=1&amp;y=2">Confirm\n <b>now</b></a> y',
            [("Confirm now", "https://a.example/?x=1&y=2")],
        ),
        ("<A HREF=' MAILTO:a@b.example '>x", [("x", "MAILTO:a@b.example")]),
        ('<a href="http://a.example"><img></a></a>', [("", "http://a.example")]),
        (
            '<a href="javascript:alert(1)">x</a><a href="data:text/html,x">x</a><a>x</a><a href>x</a><a href="/x">x</a>',
            [],
        ),
        ("<p>none</p><a", []),
    ],
)
def test_where_links_lead(html: str, expected: list[tuple[str, str]]) -> None:
    """Only links with the schemes http, https and mailto are listed."""
    assert list_links(html) == expected


def test_not_all_links_of_a_long_email_are_listed() -> None:
    """The first links are listed."""
    html = "".join(f'<a href="http://a.example/{number}">x' for number in range(60))
    assert [address for _, address in list_links(html)] == [f"http://a.example/{number}" for number in range(50)]


@pytest.mark.parametrize(
    "html", ["", "\ud83d<a href=http://a.example>\ud83d", "<font a=1><p>" * 15_000, "<a '" * 50_000]
)
def test_any_text_is_read(html: str) -> None:
    """Text without elements, halves of surrogate pairs and elements that never end are read."""
    assert list_links(html) in ([], [("?", "http://a.example")])
