"""What the tests of the days' readings share."""

import hpcourse as hp


def try_values(name, wrong, right, language):
    """Check `wrong`, {mistake id or None: values}, and the `right` values of one reading in a language."""
    hp.use_language(language)
    messages = set()
    for mistake, values in wrong.items():
        for value in values:
            result = hp.check(name, value)
            assert (result.status, result.mistake) == ("not yet", mistake), value
            messages.add(result.message)
    assert len(messages) == len(wrong)
    assert all(any("一" <= c <= "鿿" for c in message) == (language == "zh-TW") for message in messages)
    assert all(hp.check(name, value).passed for value in right)
    assert hp.check(name, ...).status == "not started"
