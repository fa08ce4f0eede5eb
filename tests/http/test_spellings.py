"""A secret is found whatever writer put it into a text, and nothing else is touched."""

from __future__ import annotations

import base64
import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, strategies as st

from asyncsdk.http.spellings import covered

MASK = "***"


def escaped(write, characters=None):
    """A writer that escapes these characters; all, where none are named."""
    return lambda text: "".join(write(each) if characters is None or each in characters else each for each in text)


def json_units(text, form):
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(form.format(int.from_bytes(units[at : at + 2])) for at in range(0, len(units), 2))


# What each known writer does, and what some unknown one might.
WRITERS = {
    "as it is": str,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "PHP's JSON": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "Go's JSON": lambda text: escaped(lambda each: json_units(each, "\\u{:04x}"), "<>&\u2028")(json.dumps(text, ensure_ascii=False)[1:-1]),
    "Gson": lambda text: escaped(lambda each: json_units(each, "\\u{:04x}"), "<>&='")(json.dumps(text, ensure_ascii=False)[1:-1]),
    ".NET's JSON": lambda text: escaped(lambda each: json_units(each, "\\u{:04X}"), "<>&='+`é")(json.dumps(text, ensure_ascii=False)[1:-1]),
    "JSON with all escaped": escaped(lambda each: json_units(each, "\\u{:04x}")),
    "escape() of old": escaped(lambda each: json_units(each, "%u{:04X}")),
    "JavaScript": escaped(lambda each: f"\\u{{{ord(each):x}}}"),
    "Python": lambda text: repr(text)[1:-1],
    "ASCII of Python": lambda text: ascii(text)[1:-1],
    "percent": lambda text: quote(text, safe=""),
    "percent in a path": quote,
    "percent in lower case": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "a form": quote_plus,
    "HTML": html.escape,
    "HTML without quotes": lambda text: html.escape(text, quote=False),
    "HTML in numbers": escaped(lambda each: f"&#{ord(each)};"),
    "HTML in hexadecimal numbers": escaped(lambda each: f"&#x{ord(each):X};", "<>&\"'/=`"),
    "HTML by name": lambda text: text.replace("&", "&amp;").replace("=", "&equals;").replace("/", "&sol;"),
}  # fmt: skip

SECRETS = st.text(min_size=4, max_size=20) | st.text("aZ9+/=&<>\"'\\% é😀;#", min_size=4, max_size=20)


def plain(text):
    return text not in MASK and text.isprintable() and "*" not in text


@given(secret=SECRETS, writers=st.lists(st.sampled_from(sorted(WRITERS)), min_size=1, max_size=3))
@example(secret="a\\/b=c&<d", writers=["PHP's JSON", "Gson"])
def test_a_secret_is_hidden_however_it_is_written_and_written_again(secret, writers):
    written = secret
    for name in writers:
        written = WRITERS[name](written)
    assert covered(f"before {written} after", [secret], MASK) == f"before {MASK} after"


@given(secret=SECRETS, data=st.data())
def test_each_character_may_be_written_in_another_way(secret, data):
    forms = ["JSON", "PHP's JSON", "JSON with all escaped", "percent in lower case", "HTML in numbers"]
    written = "".join(
        each if each.isalnum() and data.draw(st.booleans()) else WRITERS[data.draw(st.sampled_from(forms))](each)
        for each in secret
    )
    assert covered(f"({written})", [secret], MASK) == f"({MASK})"


@given(
    before=st.text(max_size=30), after=st.text(max_size=30), secret=st.from_regex(r"[a-z]{4}-[0-9]{4}", fullmatch=True)
)
def test_what_stands_around_it_stays_as_it_was(before, after, secret):
    assume(secret not in before + after)
    assert covered(f"{before} {secret} {after}", [secret], MASK) == f"{before} {MASK} {after}"


@given(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=50), st.lists(st.text(max_size=8), max_size=5)
)
def test_nothing_makes_it_stumble(text, secrets):
    shown = covered(text, secrets, MASK)
    assert secrets or shown == text
    assert all(secret in MASK or secret not in shown.replace(MASK, "\n") for secret in secrets if len(secret) >= 4)


@given(st.text(max_size=80))
def test_a_text_without_a_secret_is_left_alone(text):
    assume("secret" not in text)
    assert covered(text, ["a-secret-that-is-not-there"], MASK) == text


def test_half_of_a_surrogate_pair_is_no_reason_to_stumble():
    assert covered(r'"caf\ud83d!" caf\ud83d!', ["caf\ud83d!"], MASK) == f'"{MASK}" {MASK}'
    assert covered("caf\ud83d! caf\ude00!", ["caf\ud83d!"], MASK) == f"{MASK} caf\ude00!"


@pytest.mark.parametrize(
    ("text", "secrets", "shown"),
    [
        ("user:test-secret", ["test-secret", "user:test-secret"], "***"),
        ("ab-cd-ef", ["ab-cd", "cd-ef"], "***"),
        ("abcdabcd", ["abcd"], "******"),
        ("a cat sat", ["a", "cat", ""], "a cat sat"),
        ("the pin 482913 and 48291", ["482913"], "the pin *** and 48291"),
        ("DEADBEEFDEADBEEF or deadbeefdeadbeef", ["deadbeefdeadbeef"], "*** or ***"),
        ("DEADBEEF or deadbeef", ["deadbeef"], "DEADBEEF or ***"),
        ("one %41%42%43%44 is ABCD", ["ABCD"], "one *** is ***"),
        ("a+b c a+b+c a%2Bb+c a%2bb%20c", ["a+b c"], "*** *** *** ***"),
        ("ABCD", ["%41%42%43%44"], "***"),
        (r"50%de\/x", ["50%de/x"], "***"),
        (r"\U0000003d== \x3d== \u{3d}==", ["===", "===="], r"\U0000003d== \x3d== \u{3d}=="),
        (r"\U0000003d=== \x3d=== \u{3d}===", ["===="], "*** *** ***"),
        ("&unknown; &#99999999999; \\u12 %4 &#x110000; \\U00ffffff", ["none of it"], "&unknown; &#99999999999; \\u12 %4 &#x110000; \\U00ffffff"),
    ],
)  # fmt: skip
def test_by_example(text, secrets, shown):
    assert covered(text, secrets, MASK) == shown


def test_base64_of_a_pair_is_a_secret_like_any_other():
    pair = base64.b64encode(b"user:p\xc3\xa4ss??>>").decode()
    assert covered(json.dumps(pair).replace("/", "\\/").replace("=", "\\u003D"), [pair], MASK) == f'"{MASK}"'


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "%",
        "%25",
        "%41",
        "\\",
        "\\u0061",
        "&amp;",
        "&#x41;",
        "amp;",
        "key-17/=&<",
        "key-17\\/\\u003d\\u0026\\u003c",
    ],
)
def test_a_long_text_and_many_secrets_take_no_more_than_their_product(unit):
    secrets = [f"key-{at}/=&<" for at in range(50)] + ["a" * 5000]

    def seconds(size):
        began = time.process_time()
        covered((unit * size)[:size], secrets, MASK)
        return time.process_time() - began

    small = min(seconds(1 << 13) for _ in range(3))
    assert seconds(1 << 16) < 40 * small + 0.2  # eight times as long: 64 would be quadratic
