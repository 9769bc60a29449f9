"""Words in texts: a text becomes a number whose bits say which of a profile's tests it passes."""

import operator
import re
from collections.abc import Iterable, Sequence
from functools import reduce

import narwhals as nw

from flexscout.vocabulary import word_forms

# What lower case is, differs: one letter or two, and whether a word ends there.
_DOTTED_I, _FINAL_SIGMA, _SIGMA = "\u0130", "\u03c2", "\u03c3"

# A word that is said not to hold: Non-industrial, Retail (no warehouse).
_DENIED = "(?:^| )(?:no|non|not|without) [^ ]+"

# Space, ASCII punctuation, no-break spaces, dashes and the like, spelled out: what \W means differs between the libraries.
_GAPS = "[\t-\r -/:-@\\[-`{-\u00bf\u2000-\u206f\u3000]+"


def answers(text: nw.Expr, tests: Sequence[Sequence[str]]) -> nw.Expr:
    """Which tests each text passes, as the bits of a number; null where there is no text.

    A test: `words` and some, of which one has to stand in the text in any of its forms; or `is` and some, of which the text
    has to be one, up to case and punctuation. A word behind `no`, `non`, `not` or `without` does not stand there.
    """
    lower = text.str.replace_all(_DOTTED_I, "i", literal=True).str.to_lowercase()
    plain = lower.str.replace_all(_FINAL_SIGMA, _SIGMA, literal=True).str.replace_all(_GAPS, " ")
    affirmed = plain.str.replace_all(_DENIED, " ")
    bits = [
        nw.when(_passes(plain, affirmed, test)).then(nw.lit(2.0**bit)).otherwise(nw.lit(0.0)) for bit, test in enumerate(tests)
    ]
    return nw.when(~text.is_null()).then(total(bits))


def passed(number: nw.Expr, bit: int) -> nw.Expr:
    """Whether the bit is set; false where there was no text."""
    shifted = number * 2.0 ** -(bit + 1)
    # No remainder: pandas over Arrow has none.
    return (shifted - shifted.floor() >= 0.5).fill_null(value=False)  # noqa: PLR2004 - half of the next bit


def total(terms: Iterable[nw.Expr]) -> nw.Expr:
    """The sum from left to right: in one order, so that all libraries round alike."""
    return reduce(operator.add, terms)


def _passes(plain: nw.Expr, affirmed: nw.Expr, test: Sequence[str]) -> nw.Expr:
    how, *words = test
    if how == "is":
        return plain.str.replace_all(" ", "", literal=True).is_in([_plain(word).replace(" ", "") for word in words])
    forms = [_pattern(form) for word in words for form in word_forms(word)]
    denying = any(re.match(_DENIED, form) for form in forms)  # a profile may look for what is not there
    return (plain if denying else affirmed).str.contains(f"(?:^| )(?:{'|'.join(forms)})(?: |$)")


def _pattern(form: str) -> str:
    return re.escape(_plain(form).strip(" ")).replace("\\ ", " ")


def _plain(text: str) -> str:
    """A profile's own text in the form that is looked for."""
    return re.sub(_GAPS, " ", text.replace(_DOTTED_I, "i").lower().replace(_FINAL_SIGMA, _SIGMA))
