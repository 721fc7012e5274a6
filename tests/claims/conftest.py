"""The claims of the course, measured: `make claims` prints the table.

A test states its claim once, with what was measured and whether that holds:

    def test_a_rate_above_the_threshold_diverges(claim):
        share = ...
        claim(
            "Above 2/λ gradient descent diverges (seed 1.1)",
            statistic="share of 200 rates above 2/λ whose distance grows",
            measured=f"{share:.0%}",
            verdict="confirmed",  # or "confirmed under conditions: ...", or "corrected: ..."
            holds=share == 1,
        )
"""

import pytest

TABLE = pytest.StashKey[list]()
VERDICTS = ("confirmed", "confirmed under conditions: ", "corrected: ")


def pytest_configure(config):
    config.stash[TABLE] = []


@pytest.fixture
def claim(request):
    """A function that notes a claim for the table and fails unless it holds."""

    def note(text, *, statistic, measured, verdict, holds):
        assert verdict == VERDICTS[0] or verdict.startswith(VERDICTS[1:]), verdict
        row = (text, statistic, measured, verdict if holds else f"DOES NOT HOLD (was {verdict})")
        request.config.stash[TABLE].append((request.node.nodeid, *row))
        assert holds, f"{text}: {statistic} is {measured}"

    return note


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("claims_table"):
        return
    terminalreporter.section("claims")
    for number, (_, text, statistic, measured, verdict) in enumerate(config.stash[TABLE], 1):
        terminalreporter.write_line(f"{number:>3}. {text}")
        terminalreporter.write_line(f"     {statistic}: {measured}")
        terminalreporter.write_line(f"     {verdict}")
