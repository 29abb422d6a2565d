"""How the policy is split into sentences."""

from __future__ import annotations

from sentences import POLICY, holding, sentences

TEXT = """# Title
Version 1.0. Not in a section.

## 1. First
One `a.md`. Two of SHA-256. Three, in this order: 1. `one`: x. 2. `two`: y. KT. is no end.
- A point that goes on
  over a line. **Bold** begins. (Aside.) `code` begins.

| head | row |
|---|---|
| a row. With two. | cells |
after the table

## 2. Second
Alone.
"""


def test_a_sentence_ends_before_a_capital_a_code_or_a_number() -> None:
    assert sentences(TEXT) == {
        "1.1": "One `a.md`.",
        "1.2": "Two of SHA-256.",
        "1.3": "Three, in this order: 1. `one`: x.",
        "1.4": "2. `two`: y.",
        "1.5": "KT. is no end.",
        "1.6": "A point that goes on over a line.",
        "1.7": "**Bold** begins.",
        "1.8": "(Aside.)",
        "1.9": "`code` begins.",
        "1.10": "| head | row |",
        "1.11": "| a row. With two. | cells |",
        "1.12": "after the table",
        "2.1": "Alone.",
    }


def test_a_fragment_is_found_in_its_sentence() -> None:
    assert holding("over a line", sentences(TEXT)) == ["1.6"]
    assert holding("is", {"1": "this is", "2": "is", "3": "no"}) == ["1", "2"]
    assert holding("nowhere", sentences(TEXT)) == []


def test_the_policy_is_split_whole() -> None:
    text = POLICY.read_text(encoding="utf-8")
    found = sentences(text)
    assert {name.partition(".")[0] for name in found} == {str(number) for number in range(1, 11)}
    assert not [sentence for sentence in found.values() if "\n" in sentence or not sentence]
