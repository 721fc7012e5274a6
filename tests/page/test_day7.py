"""Day 7: its live figures against the package and against loops written out."""

import numpy as np
import pytest

import hpcourse as hp


def number_after(words, description):
    return float(description.split(words)[1].split()[0].rstrip(".,:"))


def test_the_words_caption_counts_who_is_behind():
    figure = hp.explore_words()
    model = hp.Bigram(hp.bigram_counts("en")[1])
    start = np.zeros(model.dim, np.float32)
    for name, rule in [("SGD", hp.SGD(256.0)), ("Momentum", hp.Momentum(128.0)), ("Adam", hp.Adam(1.0))]:
        figure.controls["rule"].value = name
        left = model.excess(hp.descend(model, rule, start, 30, record=False).end)
        assert f"30 steps: {(left > 0.5).sum()} of 150 words" in figure.description
        assert f"On average {left @ model.frequencies:.3f} nats" in figure.description


def test_the_words_of_another_text_can_be_played_with():
    counts = np.array([[0, 6, 1], [4, 0, 2], [0, 0, 0]])
    figure = hp.explore_words(["to", "be", "or"], counts)
    assert " of 3 words" in figure.description
    assert "Farthest behind: be, to, or." in figure.description or "to, be, or." in figure.description
    with pytest.raises(ValueError, match=r"words must name the 3 rows of counts, got \['to'\]"):
        hp.explore_words(["to"], counts)


def test_a_limit_keeps_the_walk_at_the_cliff_in_the_picture():
    figure = hp.explore_cliff()
    thrown = {}
    for limit in (np.inf, 1.0):
        figure.controls["limit"].value = limit
        longest = []
        for first in np.arange(-3.2, -2.2, 0.05).round(2):
            figure.controls["first"].value = first
            longest.append(number_after("longest step", figure.description))
        thrown[limit] = max(longest)
    assert thrown[np.inf] > 3
    assert thrown[1.0] == pytest.approx(0.3, rel=0.01)  # η times the limit


def test_the_schedule_player_is_the_mean_over_many_noisy_walks():
    figure = hp.explore_schedule()
    figure.controls["cut"].value = 100
    shape = hp.WarmupStableDecay(0.5, 20, 60, 20)
    walks = hp.descend(hp.Quadratic([1.0] * 4000), hp.SGD(shape), np.full(4000, 5.0), 100, noise=1.0)
    assert number_after("warmup-stable-decay at", figure.description) == pytest.approx(
        (walks.end**2).mean() / 2, rel=0.1
    )


def test_a_cosine_cut_early_ends_higher_than_a_descent():
    figure = hp.explore_schedule()
    figure.controls["cut"].value = 400
    cosine = number_after("ends at", figure.description)
    assert cosine > 5 * number_after("warmup-stable-decay at", figure.description)
