"""Small files that would take minutes to put into canonical form are refused before anybody begins."""

from __future__ import annotations

import time

import pytest

from maitruong.foundation.signing.canonical import MOST_ATTRIBUTES, NotCanonical, parse

_TOP = b'<record xmlns="urn:x">'
_LEAVES = b"<b></b>" * 15_000


def _attributes() -> bytes:
    return b'<record xmlns="urn:x" ' + b" ".join(b'a%d="x"' % n for n in range(150_000)) + b"></record>"


def _namespaces() -> bytes:
    return b'<record xmlns="urn:x" ' + b" ".join(b'xmlns:a%d="urn:y"' % n for n in range(90_000)) + b"></record>"


def _namespaces_over_many() -> bytes:
    declared = b" ".join(b'xmlns:a%d="urn:y"' % n for n in range(300))
    return b'<record xmlns="urn:x" ' + declared + b">" + _LEAVES + b"</record>"


def _nested_namespaces() -> bytes:
    opened = b"".join(b'<a xmlns:n%d="urn:u%d">' % (n, n) for n in range(240))
    return _TOP + opened + _LEAVES + b"</a>" * 240 + b"</record>"


def _deep() -> bytes:
    return _TOP + b"<a>" * 240 + _LEAVES + b"</a>" * 240 + b"</record>"


def _word_in_text() -> bytes:
    return _TOP + b"xmlns:" * 300_000 + b"</record>"


@pytest.mark.parametrize(
    "made", [_attributes, _namespaces, _namespaces_over_many, _nested_namespaces, _deep, _word_in_text]
)
def test_a_file_that_would_take_minutes_is_refused_at_once(made):
    began = time.process_time()

    with pytest.raises(NotCanonical, match="quá"):
        parse(made())

    assert time.process_time() - began < 3


def test_a_namespace_without_canonical_form_is_refused_in_words():
    with pytest.raises(NotCanonical, match="từng byte"):
        parse(b'<record xmlns="urn:x"><a xmlns:n="u" n:x="1"></a></record>')


def test_as_many_attributes_as_allowed_are_read():
    held = b" ".join(b'a%02d="x"' % n for n in range(MOST_ATTRIBUTES))

    assert len(parse(b'<record xmlns="urn:x" ' + held + b"></record>").attrib) == MOST_ATTRIBUTES
