from __future__ import annotations

from asyncsdk.cli.operations import docstring


def test_a_docstring_is_taken_apart():
    found = docstring.read("""Do it.

        ::

            async with it:
                ...

        ``PUT /x``, section "X" (docs/services/blaize.md). More
        of it:

            code

        Args:
            first, second: two
                lines with ``code``.
            third: e.g. ``"x"``: more.

        Returns:
            Much.

        Raises:
            ValueError: never.
        """)
    assert found.summary == "Do it."
    assert found.details == ('`PUT /x`, section "X". More of it:',)
    assert found.entries == {
        "first": "two lines with `code`.",
        "second": "two lines with `code`.",
        "third": 'e.g. `"x"`: more.',
    }
    assert found.returns == "Much."
    assert docstring.read(None) == docstring.Docstring()
