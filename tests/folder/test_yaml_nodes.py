"""Front matter is read by libyaml where it is there, and nobody can tell."""

from __future__ import annotations

import random

import pytest
import yaml

from newsletter.folder.yaml import nodes as yaml_nodes
from newsletter.folder.yaml.nodes import compose, is_read_alike

SAMPLE = """
title: Ferries in winter
url: https://coast.example.org/winter?a=1&b=2#x
source: 'Coast "line"'
author: "Nils \\u00e4 Aker"
tags: [ice, "sea, lanes", boats]
sections:
  - title: Short
    posts: [a, b]
  - title: >
      folded
      text
    posts:
      - c
waive:
  http-link posts/a.md:12: they have no https
"""
SIGNS = [
    *"abc :-#[]{}'\"\n|>&*!%@`,?~\\\t\ufeff\u0085\u2028\r\x01\xa0😀",
    "- ",
    ": ",
    "\n  ",
    "? ",
    "---",
    "!!",
    "<<: ",
]


def shape(node: yaml.Node | None) -> object:
    """All that is read from a node: what it is, and where."""
    if node is None:
        return None
    start = (node.start_mark.line, node.start_mark.column)
    if isinstance(node, yaml.ScalarNode):
        end = (node.end_mark.line, node.end_mark.column)
        # Where nothing stands, the two do not agree where; nobody points there.
        where = (start, end) if node.value else None
        return node.tag, node.value, node.style or None, where
    if isinstance(node, yaml.MappingNode):
        return start, [(shape(key), shape(value)) for key, value in node.value]
    return start, [shape(one) for one in node.value]


def read(source: str, *, fast: bool) -> object:
    try:
        return shape(compose(source) if fast else yaml.compose(source, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        return str(error)


def test_libyaml_is_there_and_takes_what_authors_write() -> None:
    """Else the rest of this page would show nothing."""
    assert yaml_nodes._FAST is not None
    assert is_read_alike(SAMPLE)
    assert read(SAMPLE, fast=True) == read(SAMPLE, fast=False)


@pytest.mark.parametrize("seed", range(4))
def test_both_read_the_same_and_refuse_in_the_same_words(seed: int) -> None:
    """Front matter with one to three signs put in, taken out or changed, 150 times."""
    chance = random.Random(seed)
    for _ in range(150):
        source = SAMPLE
        for _ in range(chance.choice([1, 1, 2, 3])):
            at = chance.randrange(len(source))
            source = source[:at] + chance.choice([*SIGNS, ""]) + source[at + chance.randrange(2) :]
        assert read(source, fast=True) == read(source, fast=False), source


@pytest.mark.parametrize("source", ["- " * 100_000, "a: " + "[" * 100_000, "? " * 3_000, "x" * 10_000])
def test_what_is_nested_too_deep_never_reaches_it(source: str) -> None:
    """Its stack is the process's own."""
    assert not is_read_alike(source)
