"""What an answer's lines give away: `^` where a power is meant."""

import bdb
import functools
import linecache
from types import SimpleNamespace

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import lines, remote

ROOT = 0.5


@pytest.fixture(autouse=True)
def english():
    hp.use_language("en")


def squared(w, v, grad, lr, rho, eps):
    v = rho * v + (1 - rho) * grad ^ 2  # not a `^` to be changed: "^" in a text
    return w - lr * grad / (np.sqrt(v) + eps), v


def inside(w, v, grad, lr, rho, eps):
    v = rho * v + (1 - rho) * grad ^ 2
    return w - lr * grad / (v + eps) ^ ROOT, v


def hats(w, m, v, t, grad, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    return w - lr * (m / (1 - beta1 ^ t)) / (np.sqrt(v / (1 - beta2 ^ t)) + eps), m, v


def rounded_up(n_examples, batch_size):
    return -(-n_examples // batch_size ^ 1)


def rounded_down(n_examples, batch_size):
    return n_examples // batch_size ^ 1


def wrong_in_unknown_ways(n_examples, batch_size):
    return 3 * n_examples + (7 * batch_size ^ 2) + (n_examples ^ batch_size)


def of_its_closure():
    power = 1

    def effective_lr(lr, momentum):
        power_of = -power
        return lr * (1 - momentum) ^ power_of

    return effective_lr


def in_place(lr, momentum):
    share = 1 - momentum
    share ^= -1
    return lr * share


def of_whole_numbers(smallest, largest):
    spread = 10 ^ 0  # Python works this out beforehand, and keeps the 10
    a, b = np.sqrt(smallest), np.sqrt(largest)
    return spread * 4 / (a + b) ** 2, ((b - a) / (b + a)) ** 2


constants = lambda lr, momentum: lr * (1 - momentum) ^ -1  # noqa: E731


def of_a_schedule(lr0, factor):
    return lambda t: lr0 * factor ^ t


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "answer", "mistake"),
    [
        ("rmsprop_step", squared, "caret"),
        ("rmsprop_step", inside, "caret+eps_inside"),
        ("adam_step", hats, "caret"),
        ("updates_per_epoch", rounded_up, "caret"),  # computes without an error
        ("updates_per_epoch", rounded_down, "caret+rest_forgotten"),
        ("effective_lr", of_its_closure(), "caret"),
        ("effective_lr", in_place, "caret"),
        ("best_momentum", of_whole_numbers, "caret"),
        ("effective_lr", constants, "caret"),
        ("factor_schedule", of_a_schedule, "caret"),
    ],
)
@pytest.mark.parametrize(("language", "power"), [("en", "two asterisks"), ("zh-TW", "兩個星號")])
def test_an_answer_is_read_again_with_powers_in_place_of_carets(task, answer, mistake, language, power):
    hp.use_language(language)
    here, there = hp.check(task, answer, seed=1), remote.conclude(task, remote.observe(task, answer, 1), 1)
    for result in (here, there):
        assert (result.passed, result.mistake) == (False, mistake)
        assert "`^`" in result.message
        assert power in result.message
        # That it would be right with powers is said of those alone that would.
        assert ("your function is right" in result.message or "你的函式就對了" in result.message) == (
            mistake == "caret"
        )


def test_a_caret_that_explains_nothing_is_mentioned_after_the_rest():
    result = hp.check("updates_per_epoch", wrong_in_unknown_ways)
    assert result.mistake is None
    assert result.message.endswith("two asterisks.")
    assert not result.message.startswith("`^`")


def test_a_caret_in_a_right_answer_is_nobodys_business():
    def updates_per_epoch(n_examples, batch_size):
        return n_examples // batch_size + ((n_examples % batch_size == 0) ^ True)

    result = hp.check("updates_per_epoch", updates_per_epoch)
    assert result.passed
    assert "^" not in result.message


def test_without_its_lines_the_code_tells_that_there_is_a_caret():
    space = {}
    exec("def silent(n_examples, batch_size): return n_examples // batch_size ^ 1", space)
    assert lines.has_caret(space["silent"])
    assert lines.with_powers(space["silent"]) is None
    result = hp.check("updates_per_epoch", space["silent"])
    assert result.mistake is None
    assert "two asterisks" in result.message
    assert not lines.has_caret(np.add)
    assert not lines.has_caret(functools.partial(rounded_up, 3))


def test_a_power_of_ten_with_a_caret_is_known_by_its_number():
    assert hp.check("slope_step", 10 ^ -5).mistake == "caret"
    assert "`10 ** -5`" in hp.check("slope_step", 10 ^ -5).message
    assert hp.check("slope_step", 10 ^ -14).mistake != "caret"  # that power is wrong, too
    assert hp.check("slope_step", -15.5).mistake != "caret"
    assert hp.check("trials_needed", 10 ^ -5).mistake != "caret"


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        ("my_schedule", lambda t: 0.5 * 0.99 ^ t),
        ("words_rule", lambda w, grad, memory, t: (w - 0.3 * grad / (grad ^ 2) ** 0.5, None)),
    ],
)
def test_open_tasks_say_it_too(task, answer):
    assert hp.check(task, answer).message.endswith("two asterisks.")


ANSWER = "def gd_step(w, grad, lr):\n    return w - lr * grad\n"


@pytest.mark.parametrize(
    ("cell", "asks"),
    [
        (ANSWER, False),
        ('name = input("Your name? ")\n' + ANSWER, True),
        ("if True:\n    lr = float(input())\n" + ANSWER, True),
        (ANSWER + 'lr = float(input("Which rate? "))', False),  # the function is there by then
        ("try:\n    name = input()\nexcept Exception:\n    pass\n" + ANSWER, False),
        ("def ask():\n    return input()\n\n" + ANSWER, False),
        ("ask = lambda: input()\n" + ANSWER, False),
        ("input = 3\nw.input(3)\n" + ANSWER, False),
        ("name = input()\n\n@np.errstate(all='ignore')\n" + ANSWER, False),  # called elsewhere
    ],
)
def test_who_asks_before_the_function_is_told_that_nobody_will_answer(cell, asks):
    file = f"<cell {abs(hash(cell))}>"
    linecache.cache[file] = len(cell), None, cell.splitlines(keepends=True), file
    names = {"np": np, "input": lambda *_: "1", "w": SimpleNamespace(input=abs)}
    exec(compile(cell, file, "exec"), names)
    result = hp.check("gd_step", names["gd_step"], seed=1)
    assert result.passed
    assert ("before your function comes" in result.message) == asks


def test_input_and_breakpoints_inside_an_answer_are_explained():
    def asks(w, grad, lr):
        return w - float(input()) * grad

    def stops(w, grad, lr):
        raise bdb.BdbQuit  # as the debugger does when it can ask nobody

    assert "line 2 of `asks`: it waits for `input`" in hp.check("gd_step", asks).message
    assert "line 2 of `stops`: a breakpoint was left in it" in hp.check("gd_step", stops).message
