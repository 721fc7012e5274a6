"""Day 3: the batch size."""

import copy
import functools
import math
from collections.abc import Iterator
from itertools import islice

import numpy as np

from hpcourse import MLP, SGD, digits, train
from hpcourse.checks.contest import Contest, Refused, numbers_of
from hpcourse.checks.reading import Misreading, Reading
from hpcourse.checks.task import Case, Formula, Mistake, Seen, Task, Unusable, kind_of, numbers, once, say
from hpcourse.checks.tasks.common import (
    ABSOLUTE,
    FLAT_ONLY,
    HUGE,
    NO_INTEGERS,
    ROWS_ONLY,
    SILENT,
    TINY,
    far,
)


def minibatches(X, y, batch_size, rng):
    """One epoch of batches."""
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        chosen = order[start : start + batch_size]
        yield X[chosen], y[chosen]


# What is watched: any order will do, so facts about the batches are compared instead of numbers.
SIZES = say("the batches have the right sizes")
FIRST = say("a batch holds the examples first, then their labels")
ONCE = say("every example comes exactly once")
KNOWN = say("the examples themselves are unchanged")
LABELLED = say("no numbers of examples stand in the place of labels")
TRUE = say("the labels are those of the data")
STEP = say("every label stands beside its example")
EACH = say("every label comes as often as in the data")
MIXED = say("the order is shuffled")
LEFT = say("of thousands of examples a handful stay at their places, no more")
BLOCKS = say("examples change between batches")
LABELS = say("labels change between batches")
RUNS = say("examples change places within a batch")
ANEW = say("the second epoch has another order")
DRAWN = say("the same generator gives the same order")
SEEDED = say("another generator gives another order")
UNTOUCHED = say("X and y are unchanged afterwards")
PLACES = say("over many epochs, every example comes to every place")
NEIGHBOURS = say("over many epochs, every example follows every other one")
MATES = say("over many epochs, every two examples share a batch")
STAY = say("over many epochs, examples stay at their places no more often than by chance")
EPOCHS = 160  # (5/6) ** 160 is 2e-13: a full shuffle of six misses none of the three by chance
LABEL = 500
FEW = 20  # of those: a full shuffle of six leaves two batches of three unmixed once in 10 ** 20 times


def _yes(fact):
    return np.array("yes" if fact else "no")


def _watch_epochs(function, case, form=None):
    """Facts about the epochs of one case."""
    if "epochs" in case.arguments:
        yield from _watch_many(function, case)
        return
    n, size, seed = (case.arguments[name] for name in ("examples", "batch_size", "seed"))
    X, y = _data(n, case.arguments.get("shape", (3,)))
    if "classes" in case.arguments:
        y = LABEL + np.arange(n) % case.arguments["classes"]
    if "alike" in case.arguments:  # the first examples are all the same, with labels of their own
        X[: case.arguments["alike"]] = X[0]
    own = _numbers(X)
    given = {"X": X.copy(), "y": y.copy(), "batch_size": size}
    rng = np.random.default_rng(seed)
    first = _epoch(function, {**given, "rng": rng}, n)
    yield Seen(FIRST, 0, _yes(not any(map(_labels_first, first))))
    first = _examples_first(first)
    yield Seen(SIZES, 0, np.array([len(batch) for batch, _ in first]))
    rows = _together([batch for batch, _ in first], X)
    labels = _together([batch for _, batch in first], y)
    ids = _numbers(rows)
    yield Seen(KNOWN, 0, _yes(rows.shape[1:] == X.shape[1:] and np.array_equal(rows, X[ids % n])))
    yield Seen(ONCE, 0, _yes(np.array_equal(np.sort(ids), np.sort(own))))
    yield Seen(LABELLED, 0, _yes(not len(ids) or set(labels.ravel().tolist()) != set(ids.tolist())))
    yield Seen(TRUE, 0, _yes(np.isin(labels, y).all()))
    pairs, given_pairs = set(zip(own.tolist(), y.tolist())), zip(ids.tolist(), labels.ravel().tolist())
    yield Seen(STEP, 0, _yes(len(ids) == labels.size and pairs.issuperset(given_pairs)))
    yield Seen(EACH, 0, _yes(np.array_equal(np.sort(labels.ravel()), np.sort(y))))
    yield Seen(MIXED, 0, _yes(len(set(np.diff(ids).tolist())) > 2))
    if n > 1000:  # one by chance; more than 20 once in 10 ** 19 times
        yield Seen(LEFT, 0, _yes(np.count_nonzero(ids[:n] == own[: len(ids)]) <= 20))
    second = _examples_first(_epoch(function, {**given, "rng": rng}, n))
    untouched = np.array_equal(given["X"], X) and np.array_equal(given["y"], y)
    yield Seen(UNTOUCHED, 0, _yes(untouched))

    def anew(seed):
        fresh = {"X": X.copy(), "y": y.copy(), "batch_size": size}
        return _examples_first(_epoch(function, {**fresh, "rng": np.random.default_rng(seed)}, n))

    yield Seen(ANEW, 0, _yes(not _equal(first, second)))
    yield Seen(DRAWN, 0, _yes(_equal(first, anew(seed))))
    yield Seen(SEEDED, 0, _yes(not _equal(first, anew(seed + 1))))


def _together(parts, like):
    """The parts one after the other; an empty one may have lost its shape."""
    parts = [part for part in parts if part.size] or [like[:0]]
    if len({part.shape[1:] for part in parts}) > 1:
        raise Unusable("pairs", got=", ".join(str(part.shape) for part in parts[:3]))
    return np.concatenate(parts)


def _watch_many(function, case):
    """Facts about many epochs of few examples, none of which a full shuffle can miss by bad luck."""
    n, size = case.arguments["examples"], case.arguments["batch_size"]
    X, y = _data(n, (1,))
    rng = np.random.default_rng(case.arguments["seed"])
    blocks = {frozenset(range(start, min(start + size, n))) for start in range(0, n, size)}

    def draw(epochs):
        given = ({"X": X.copy(), "y": y.copy(), "batch_size": size, "rng": rng} for _ in range(epochs))
        return [_examples_first(_epoch(function, arguments, n)) for arguments in given]

    epochs = draw(FEW)
    batches = [batch.tolist() for epoch in _of_epochs(epochs, X, n) for batch in epoch]
    labels = [(labels.ravel() - LABEL).tolist() for epoch in epochs for _, labels in epoch]
    yield Seen(BLOCKS, 0, _yes(any(frozenset(batch) not in blocks for batch in batches)))
    yield Seen(LABELS, 0, _yes(any(frozenset(batch) not in blocks for batch in labels)))
    yield Seen(RUNS, 0, _yes(any(batch != sorted(batch) for batch in batches)))

    epochs += draw(case.arguments["epochs"] - FEW)
    places, follows, mates, stayed = np.zeros((n, n), bool), np.eye(n, dtype=bool), np.eye(n, dtype=bool), 0
    for epoch in _of_epochs(epochs, X, n):
        order = np.concatenate(epoch)[:n] if epoch else np.zeros(0, int)
        place = np.arange(len(order))
        places[place, order] = True
        stayed += np.count_nonzero(order == place)
        follows[order[:-1], order[1:]] = True
        for batch in epoch:
            mates[batch[:, None], batch] = True
    yield Seen(PLACES, 0, _none_missing(places))
    yield Seen(NEIGHBOURS, 0, _none_missing(follows))
    yield Seen(MATES, 0, _none_missing(mates))
    # One an epoch by chance, give or take one: ten standard deviations above it is no bad luck. Where some
    # places are never taken, PLACES has said so already.
    yield Seen(STAY, 0, _yes(not places.all() or stayed <= len(epochs) + 10 * math.sqrt(len(epochs))))


def _of_epochs(epochs, X, n):
    """The numbers of the examples in each batch of each epoch, all of them read at once."""
    rows = [rows for epoch in epochs for rows, _ in epoch]
    ids, end = _numbers(_together(rows, X)) % n, 0
    found = []
    for epoch in epochs:
        found.append([])
        for rows, _ in epoch:
            start, end = end, end + len(rows)
            found[-1].append(ids[start:end])
    return found


def _none_missing(seen):
    missing = int(seen.size - seen.sum())
    return np.array(f"no ({missing} of {seen.size})" if missing else "yes")


def _numbers(rows):
    """The numbers of the examples that the rows are, even if their columns have changed places."""
    if not rows.size:
        return np.zeros(0, int)
    first = rows.reshape(len(rows), -1).min(axis=1) if rows.size > len(rows) else rows.ravel()
    return np.rint((first / 10 - 1) % 10**6).astype(int)


def _labels_first(pair):
    return pair[0].ndim == 1 < pair[1].ndim


def _examples_first(pairs):
    return [pair[::-1] if _labels_first(pair) else pair for pair in pairs]


def _data(n, shape):
    """Examples that tell their number, 10 more from one to the next, and labels that are their numbers and
    `LABEL` more, so that a number is not taken for a label."""
    inside = np.arange(math.prod(shape)).reshape(shape)
    return 10.0 * np.arange(1, n + 1).reshape(-1, *[1] * len(shape)) + inside, LABEL + np.arange(n)


def _epoch(function, arguments, n):
    """[(rows, labels)] of one epoch. The arrays are the answer's to harm, and are looked at afterwards."""
    batches = function.untouched(**arguments)
    if batches is None or batches is Ellipsis:
        raise Unusable("nothing" if batches is None else "ellipsis")
    if isinstance(batches, tuple) and len(batches) == 2 and not isinstance(batches[0], tuple | list):
        batches = [batches]  # `return` stood where `yield` should: one batch alone
    pairs = []
    for batch in batches:  # each is copied as it comes: a generator may use the same memory for the next
        if len(pairs) > n + 2:
            raise Unusable("endless")
        if batch is Ellipsis:
            raise Unusable("ellipsis")
        if isinstance(batch, Iterator):
            batch = list(islice(batch, 3))
        if not isinstance(batch, tuple | list | np.ndarray) or len(batch) != 2:
            raise Unusable("pairs", got=kind_of(batch))
        rows, labels = (numbers(part) for part in batch)
        if rows.ndim == 0 or labels.ndim == 0 or rows.dtype.kind == "U" or len(rows) != len(labels):
            raise Unusable("pairs", got=f"{rows.shape}, {labels.shape}")
        pairs.append((rows, labels))
    return pairs


def _equal(one, other):
    return len(one) == len(other) and all(
        np.array_equal(a, c) and np.array_equal(b, d) for (a, b), (c, d) in zip(one, other)
    )


def _epochs(rng):
    sizes = {
        "a partial batch at the end": (23, 5),
        "no rest": (24, 6),
        "a single example left over": (21, 5),
        "few large batches": (31, 12),
    }
    cases = [
        Case(name, {"examples": n, "batch_size": size, "seed": 7 + n}) for name, (n, size) in sizes.items()
    ]
    n, size = int(rng.integers(20, 40)), int(rng.integers(3, 9))
    drawn = {"examples": n, "batch_size": size, "seed": int(rng.integers(10**6))}
    images = {"examples": 22, "batch_size": 4, "seed": 6, "shape": (2, 2)}
    return [
        *cases,
        Case("a batch of one", {"examples": 20, "batch_size": 1, "seed": 3}),
        Case("a single batch of everything", {"examples": 25, "batch_size": 25, "seed": 4}),
        # Refusing such a batch size is right too.
        Case("more than there is", {"examples": 20, "batch_size": 50, "seed": 5}, "plain", SILENT),
        Case("many epochs", {"examples": 6, "batch_size": 3, "seed": 8, "epochs": EPOCHS}),
        Case("images", images, "matrix", ROWS_ONLY),
        Case("a random size", drawn, "random"),
    ]


FAR_EPOCHS = (
    far("many examples", kind="shape", size=None, examples=3001, batch_size=1100, seed=1),
    far("a single example", kind="shape", size=None, examples=3000, batch_size=2999, seed=2),
    far("three labels for all", kind="repeats", size=None, examples=29, batch_size=6, seed=3, classes=3),
    far("examples that are alike", kind="repeats", size=None, examples=28, batch_size=6, seed=4, alike=9),
)


def _build(p):
    """An epoch: an order for the rows and one for the labels, cut into parts, which become batches."""

    def epoch(X, y, batch_size, rng):
        n, rng = len(X), p.source(rng)
        order = p.order(n, rng)
        rows, labels = p.pair(order, n, rng)
        X = p.columns(X, rng)
        parts = p.cut(n, batch_size)
        picked = p.pick(parts, batch_size, n, rng)
        batches = [p.beside(X[rows[part]], p.label(y, labels[part])) for part in picked]
        if p.harms_X:
            X[:], y[:] = X[order], y[order]
        return p.emit(batches, batch_size, rng)

    return epoch


def _slices(n, size):
    return [np.arange(start, min(start + size, n)) for start in range(0, n, size)]


def _same(parts, size, n, rng):
    return parts


MINIBATCH = Formula(
    _build,
    source=lambda rng: rng,
    order=lambda n, rng: rng.permutation(n),
    pair=lambda order, n, rng: (order, order),
    columns=lambda X, rng: X,
    label=lambda y, chosen: y[chosen],
    cut=_slices,
    pick=_same,
    beside=lambda rows, labels: (rows, labels),
    emit=lambda batches, size, rng: batches,
    harms_X=False,
)


def _columns(X, rng):
    if X.ndim != 2 or X.shape[1] < 2:
        return X
    while (columns := rng.permutation(X.shape[1])).tolist() == list(range(X.shape[1])):
        pass
    return X[:, columns]


def _by_chance(parts, size, n, rng):
    """Parts drawn for each batch anew, without the examples of other batches being put aside."""
    return [rng.choice(n, len(part), replace=False) for part in parts]


def _whole_first(parts, size, n, rng):
    """The same parts in a new order, the rest last."""
    whole = [part for part in parts if len(part) == size]
    return [whole[i] for i in rng.permutation(len(whole))] + parts[len(whole) :]


def _all_but_the_last(n, rng):
    return np.append(rng.permutation(n - 1), n - 1)


def _halves(n, rng):
    return np.append(rng.permutation(n // 2), n // 2 + rng.permutation(n - n // 2))


def _one_cycle(n, rng):
    """Sattolo's shuffle: nothing ever stays in its place."""
    order = np.arange(n)
    for i in range(n - 1, 0, -1):
        j = rng.integers(i)
        order[[i, j]] = order[[j, i]]
    return order


NOT_FROM_RNG = (
    "The order does not come from the generator that is passed: with the same one, a run cannot be repeated."
)
STAYS = "One example always keeps its place: the shuffle leaves it out."

MINIBATCHES = Task(
    name="minibatches",
    day=3,
    reference=minibatches,
    cases=_epochs,
    far=FAR_EPOCHS,
    observe=_watch_epochs,
    formula=MINIBATCH,
    mistakes=(
        *MINIBATCH.mistakes(
            (
                "drops_the_rest",
                {"cut": lambda n, size: [part for part in _slices(n, size) if len(part) == size]},
                "The last, smaller batch is thrown away: its examples are never seen in this epoch, and with "
                "a large batch size there may be no batch at all.",
            ),
            (
                "drops_a_single_example",
                {"cut": lambda n, size: [part for part in _slices(n, size) if len(part) > 1 or size == 1]},
                "A rest of a single example is thrown away. It belongs to the epoch, too.",
            ),
            (
                "empty_batch",
                {
                    "cut": lambda n, size: [
                        np.arange(n)[i * size : (i + 1) * size] for i in range(n // size + 1)
                    ]
                },
                "When the batch size divides the number of examples, an empty batch comes last: its mean "
                "gradient is NaN.",
            ),
            (
                "everything_at_once",
                {"cut": lambda n, size: [np.arange(n)]},
                "One batch with everything in it: the batch size is not used.",
            ),
            (
                "one_by_one",
                {"cut": lambda n, size: _slices(n, 1)},
                "Every batch holds a single example: the batch size is not used.",
            ),
            (
                "number_of_batches",
                {"cut": lambda n, size: np.array_split(np.arange(n), min(size, n))},
                "The batch size is taken for the number of batches.",
            ),
            (
                "even_split",
                {"cut": lambda n, size: np.array_split(np.arange(n), math.ceil(n / size))},
                "The examples are spread evenly: batches are smaller than asked for, so that there is no "
                "rest. Only the last batch may be smaller.",
            ),
            (
                "even_split_of_fewer",
                {"cut": lambda n, size: np.array_split(np.arange(n), max(n // size, 1))},
                "The examples are spread evenly over the whole batches, some of which are then too large. "
                "The rest makes a batch of its own.",
            ),
            (
                "rest_filled_up",
                {"cut": lambda n, size: [np.arange(i, i + size) % n for i in range(0, n, size)]},
                "The last batch is filled up with examples that have been in an epoch's batch already. It "
                "should hold what is left over, and no more.",
            ),
            (
                "rest_first",
                {"cut": lambda n, size: np.split(np.arange(n), range(n % size or size, n, size))},
                "The smaller batch comes first. It should hold what is left over at the end.",
            ),
            (
                "rest_joins_the_last",
                {
                    "cut": lambda n, size: np.split(
                        np.arange(n), range(size, max(n - n % size, 1) - size + 1, size)
                    )
                },
                "The rest is added to the last whole batch, which is then too large. It makes a batch of its "
                "own.",
            ),
            (
                "starts_overlap",
                {"cut": lambda n, size: [np.arange(n)[i : i + size] for i in range(n)]},
                "A batch begins at every example, so that batches overlap. The next one begins where the "
                "last one ends.",
            ),
            (
                "separate_shuffles",
                {"pair": lambda order, n, rng: (order, rng.permutation(n))},
                "Labels have lost their examples: X and y are not put into the same order. One "
                "order should serve both.",
            ),
            (
                "only_labels_shuffled",
                {"pair": lambda order, n, rng: (np.arange(n), order)},
                "The labels are shuffled and the examples are not: they no longer belong together.",
                "Of examples and labels only one is shuffled: they no longer belong together.",
            ),
            (
                "only_examples_shuffled",
                {"pair": lambda order, n, rng: (order, np.arange(n))},
                "The examples are shuffled and the labels are not: they no longer belong together.",
                "Of examples and labels only one is shuffled: they no longer belong together.",
            ),
            (
                "numbers_for_labels",
                {"label": lambda y, chosen: chosen},
                "In the place of the labels stand the examples' numbers, their places in the data. The label "
                "of example 7 is `y[7]`, not 7.",
                "In the place of the labels stand the examples' numbers.",
            ),
            (
                "same_order_every_epoch",
                {"source": lambda rng: np.random.default_rng(0)},
                "Every epoch comes in the same order: a generator with a fixed seed is made inside the "
                "function. Draw from the one that is passed.",
                "A generator with a fixed seed is made inside the function. Draw from the one that is "
                "passed.",
            ),
            (
                "generator_copied",
                {"source": copy.deepcopy},
                "Every epoch comes in the same order: the function draws from a copy, so that the generator "
                "that is passed stays as it was. Draw from that itself.",
                "The function draws from a copy of the generator. Draw from the one that is passed itself.",
            ),
            (
                "no_shuffle",
                {"order": lambda n, rng: np.arange(n)},
                "The examples come in their original order: nothing is shuffled.",
            ),
            (
                "backwards",
                {"order": lambda n, rng: np.arange(n)[::-1]},
                "The examples come in their original order, backwards: nothing is shuffled.",
            ),
            (
                "with_replacement",
                {"order": lambda n, rng: rng.integers(0, n, n)},
                "Some examples come twice and about a third never: each was drawn as if the others had been "
                "put back. An epoch shows every example once.",
                "Examples are drawn as if the others had been put back. An epoch shows every example once.",
            ),
            ("not_from_rng", {"source": lambda rng: np.random.default_rng()}, NOT_FROM_RNG),
            ("last_stays", {"order": _all_but_the_last}, STAYS),
            (
                "rotated",
                {"order": lambda n, rng: np.roll(np.arange(n), rng.integers(1, n))},
                "Only the start is drawn: from there on the examples come in their original order.",
            ),
            (
                "halves",
                {"order": _halves},
                "The first half of the data is shuffled and the second, but not one with the other.",
            ),
            (
                "never_in_place",
                {"order": _one_cycle},
                "No example ever stays in its place. In a full shuffle each place is as likely as any other.",
            ),
            (
                "features_shuffled",
                {"columns": _columns},
                "Features have changed places within the examples: the columns were shuffled too. Only the "
                "order of the rows may change.",
            ),
            (
                "in_place",
                {"harms_X": True},
                "The batches are right, but the caller's own X and y are in a new order afterwards: they "
                "were shuffled in place.",
                "The caller's own X and y are in a new order afterwards: they were shuffled in place.",
            ),
            (
                "batches_shuffled",
                {"order": lambda n, rng: np.arange(n), "pick": _whole_first},
                "Only the order of the batches is new; the same neighbours always share a batch. Shuffle "
                "the examples.",
            ),
            (
                "shuffled_inside",
                {
                    "order": lambda n, rng: np.arange(n),
                    "pick": lambda parts, size, n, rng: [rng.permutation(part) for part in parts],
                },
                "Only the order within each batch is new, which changes no mean gradient: the same "
                "examples always share a batch. Shuffle before cutting into batches.",
            ),
            (
                "drawn_for_each_batch",
                {"pick": _by_chance},
                "Within a batch every example is different, but the next batch draws from all of them "
                "again: some come twice, others never. Draw one order for the whole epoch.",
            ),
            (
                "first_batch_only",
                {"emit": lambda batches, size, rng: batches[:1]},
                "Only one batch comes out. Does the function end, with `return`, before the others had their "
                "turn?",
                "Only one batch comes out.",
            ),
            (
                "last_batch_only",
                {"emit": lambda batches, size, rng: batches[-1:]},
                "Only the last batch comes out. Is it handed over after the loop instead of inside?",
                "Only the last batch comes out.",
            ),
            ("no_batches", {"emit": lambda batches, size, rng: []}, "No batch ever comes out."),
            (
                "first_batch_missing",
                {"emit": lambda batches, size, rng: batches[1:]},
                "The first batch never comes out.",
            ),
            (
                "last_batch_missing",
                {"emit": lambda batches, size, rng: batches[:-1]},
                "The last batch never comes out, be it whole or smaller: does the loop stop one batch early?",
                "The last batch never comes out.",
            ),
            (
                "labels_first",
                {"beside": lambda rows, labels: (labels, rows)},
                "In your batches the labels come first. The task asks for the examples, then their labels; "
                "are your parameters in the task's order?",
                "In the batches the labels come first.",
            ),
        ),
        Mistake(
            "as_published",
            lambda X, y, batch_size, rng: [
                (X[drawn], y[drawn])
                for _ in range(len(X) // batch_size)
                for drawn in [rng.integers(0, len(X), batch_size)]
            ],
            "That is the loop of the task before: it draws each example as if the others had been put back, "
            "and forgets the rest at the end.",
        ),
    ),
)


def mean_gradient(per_example_grads):
    """The gradient of the batch's mean loss."""
    return np.mean(per_example_grads, axis=0)


def _batches_of_gradients(rng):
    three = [[1.0, 0.0, -4.0, 100.0], [3.0, 0.0, 2.0, 0.5], [-1.0, 0.0, 0.02, 3.0]]
    square = [[1.0, 2.0, -3.0], [0.5, 0.0, 7.0], [40.0, -0.1, 0.0]]
    cube = np.arange(24.0).reshape(2, 3, 4) ** 2 - 50
    cases = {
        "three examples": three,
        "as many examples as weights": square,
        "one example": [[5.0, -2.0, 0.0, 0.3]],
        "many examples": np.sin(np.arange(60.0)).reshape(20, 3) * [1, 100, 0.01],
    }
    name = "per_example_grads"
    return [
        *(Case(key, {name: np.array(value)}) for key, value in cases.items()),
        Case("a matrix of weights", {name: cube}, "matrix", FLAT_ONLY),
        Case("float32", {name: np.array(three, dtype=np.float32)}, "float32"),
        Case("whole numbers", {name: np.array([[1, 2, 3], [2, 4, 7]])}, "integers", NO_INTEGERS),
        Case("lists", {name: three}, "lists", SILENT),
        Case("random gradients", {name: rng.normal(size=(6, 4))}, "random"),
    ]


def _build_mean(p):
    def reduced(per_example_grads):
        grads = p.values(np.asarray(per_example_grads, float))
        return p.kept(p.sign * p.reduce(grads, p.axis), p.axis)

    return reduced


MEAN = Formula(
    _build_mean, sign=1, values=lambda grads: grads, reduce=np.mean, axis=0, kept=lambda mean, axis: mean
)


def _of_batch(reduce):
    """Parts of a mistake that knows its axis itself."""
    return {"axis": 0, "reduce": lambda grads, axis: reduce(grads)}


ADDED_UP = "Something is added up where a mean is asked for."

FAR_GRADIENTS = (
    far("large gradients", HUGE, per_example_grads=HUGE * np.array([[1.0, -4.0], [3.0, 0.0], [0.5, 2.0]])),
    far("small gradients", TINY, per_example_grads=TINY * np.array([[1.0, -4.0], [3.0, 0.0], [0.5, 2.0]])),
    far("one huge gradient", 1e9, per_example_grads=np.array([[1.0, -4.0], [1e9, 2.0], [0.5, -3e8]])),
    far("many examples", 1.0, "shape", per_example_grads=np.sin(np.arange(6000.0)).reshape(3000, 2)),
    far("weights with three axes", 20.0, "shape", per_example_grads=np.arange(-9.0, 15).reshape(3, 2, 1, 4)),
    far("one weight", 1.0, "shape", per_example_grads=np.array([[1.0], [0.5], [-0.25]])),
    far("the same example twice", 3.0, "repeats", per_example_grads=np.array([[1.0, 2], [3, 0], [1, 2]])),
)

MEAN_GRADIENT = Task(
    name="mean_gradient",
    day=3,
    reference=mean_gradient,
    cases=_batches_of_gradients,
    far=FAR_GRADIENTS,
    observe=once("result"),
    formula=MEAN,
    twins=MEAN.mistakes(
        ("mean_over_weights", {"axis": -1}, "One number for each example. The batch is axis 0.")
    ),
    mistakes=MEAN.mistakes(
        (
            "sum",
            {"reduce": np.sum},
            "That is the sum over the batch: with twice the batch the steps would be twice as long. "
            "Take the mean.",
            ADDED_UP,
        ),
        (
            "mean_of_everything",
            {"axis": None},
            "One number for all weights: the mean was taken over the weights too. Only the batch, "
            "axis 0, goes away.",
            "One number for all weights. Only the batch, axis 0, goes away.",
        ),
        (
            "sum_of_everything",
            {"axis": None, "reduce": np.sum},
            "Everything was added up into one number. Take the mean over the batch, axis 0, and keep "
            "the weights apart.",
        ),
        (
            "mean_over_weights",
            {"axis": 1},
            "One number for each example: the mean was taken over the weights. The batch is axis 0.",
            "One number for each example. The batch is axis 0.",
        ),
        (
            "divided_twice",
            _of_batch(lambda grads: np.mean(grads, axis=0) / len(grads)),
            "Divided by the batch size twice: the steps shrink as the batch grows.",
        ),
        (
            "divided_by_weights",
            _of_batch(lambda grads: np.sum(grads, axis=0) / grads.shape[1]),
            "Divided by the number of weights instead of the number of examples.",
        ),
        (
            "divided_by_all",
            _of_batch(lambda grads: np.sum(grads, axis=0) / grads.size),
            "Divided by the number of all entries; only the examples count.",
        ),
        (
            "one_less",
            _of_batch(lambda grads: np.sum(grads, axis=0) / np.float64(len(grads) - 1)),
            "Divided by one less than the batch size. That belongs to the variance; a mean divides by all.",
        ),
        (
            "one_less_unless_alone",
            _of_batch(lambda grads: np.sum(grads, axis=0) / max(len(grads) - 1, 1)),
            "Divided by one less than the batch size. That belongs to the variance; a mean divides by all.",
        ),
        (
            "first_example",
            _of_batch(lambda grads: grads[0]),
            "Only the first example counts. The others of the batch have a say too.",
        ),
        (
            "last_example",
            _of_batch(lambda grads: grads[-1]),
            "Only the last example counts: is the total overwritten instead of added to?",
        ),
        (
            "median",
            {"reduce": np.median},
            "That is the median. The gradient of a mean loss is the mean of the gradients.",
        ),
        ("absolute", {"values": np.abs}, ABSOLUTE),
        (
            "squares",
            {"values": np.square},
            "The gradients are squared first, so that their signs are lost. Take them as they are.",
        ),
        (
            "largest",
            {"reduce": np.max},
            "You take the largest entry of the batch. Take the mean.",
            "The largest entry is taken. Take the mean.",
        ),
        (
            "without_zeros",
            _of_batch(lambda grads: np.sum(grads, axis=0) / np.maximum(np.count_nonzero(grads, axis=0), 1)),
            "Examples whose gradient is zero were not counted. They are part of the batch.",
        ),
        (
            "opposite",
            {"sign": -1},
            "The right size in the opposite direction: look at the sign.",
            "The direction is the opposite: look at the sign.",
        ),
        (
            "kept_axis",
            {"kept": lambda mean, axis: mean if axis is None else np.expand_dims(mean, axis)},
            "The numbers are right, but an axis of length one is left over. The result has the shape "
            "of the weights.",
            "An axis of length one is left over. The result has the shape of the weights.",
        ),
        (
            "no_mean",
            _of_batch(lambda grads: grads),
            "The gradients come back as they were: nothing has been averaged.",
            "Nothing has been averaged.",
        ),
        (
            "divided_by_root",
            _of_batch(lambda grads: np.sum(grads, axis=0) / np.sqrt(len(grads))),
            "Divided by the square root of the batch size. A mean divides by the batch size itself.",
        ),
    ),
)


def updates_per_epoch(n_examples, batch_size):
    """The number of batches, a partial one included."""
    return math.ceil(n_examples / batch_size)


def _counts(rng):
    pairs = [(100, 32), (1437, 64), (128, 32), (10, 10), (5, 8), (17, 1), (101, 20), (50, 49), (7, 4)]
    size = int(rng.integers(8, 40))
    n = size * int(rng.integers(5, 60)) + int(rng.integers(1, size // 2))
    cases = [Case(f"{n} examples in batches of {b}", {"n_examples": n, "batch_size": b}) for n, b in pairs]
    return [*cases, Case("random numbers", {"n_examples": n, "batch_size": size}, "random")]


COUNT = Formula(
    lambda p: lambda n_examples, batch_size: p.whole(p.ratio(n_examples, batch_size)) + p.more,
    ratio=lambda n, size: n / size,
    whole=math.ceil,
    more=0,
)
ROUNDED_DOWN = "It is rounded down. Even one example left over makes an update."

FAR_COUNTS = (
    far("two million updates and one", n_examples=2_000_000_001, batch_size=1000),
    far("many examples, in batches of one", n_examples=1_500_001, batch_size=1),
    far("one example more than a huge batch", n_examples=10**12 + 1, batch_size=10**12),
    far("a single example", n_examples=1, batch_size=10**9),
    far("more updates than anybody makes", kind="vast", n_examples=10**13 + 5, batch_size=7),
    *(
        far(f"{n} in batches of {size}", kind="end", n_examples=n, batch_size=size)
        for n, size in ((1, 1), (2, 1), (2, 2), (3, 2), (2, 3))
    ),
    *(  # quotients that come out even, odd and even ones, and one example left over in a large batch
        far(f"{n} in batches of {size}", kind="other", n_examples=n, batch_size=size)
        for n, size in ((96, 32), (8, 4), (1024, 32), (1025, 128), (1025, 1024))
    ),
)

UPDATES_PER_EPOCH = Task(
    name="updates_per_epoch",
    day=3,
    reference=updates_per_epoch,
    cases=_counts,
    far=FAR_COUNTS,
    observe=once("result"),
    whole=True,
    formula=COUNT,
    mistakes=(
        *COUNT.mistakes(
            (
                "rest_forgotten",
                {"whole": math.floor},
                "The last, smaller batch is not counted. Its examples make an update too.",
                ROUNDED_DOWN,
            ),
            (
                "rest_forgotten_but_one",
                {"whole": lambda x: max(math.floor(x), 1)},
                "The last, smaller batch is counted only if it is the only one. Its examples make an update "
                "too.",
                ROUNDED_DOWN,
            ),
            (
                "always_one_more",
                {"whole": math.floor, "more": 1},
                "One too many where the batches come out even: there is no rest then.",
                "One is added, whether there is a rest or not.",
            ),
            (
                "not_whole",
                {"whole": lambda x: x},
                "An update is whole: what about the examples of the last, smaller batch?",
                "An update is whole, and your number is not.",
            ),
            (
                "rounded",
                {"whole": round},
                "Rounded to the nearest whole number: a small rest is forgotten. Even one example left "
                "over makes an update.",
                "It is rounded to the nearest whole number. Even one example left over makes an update.",
            ),
            (
                "upside_down",
                {"ratio": lambda n, size: size / n},
                "Upside down: larger batches should make fewer updates.",
            ),
        ),
        Mistake(
            "only_the_rest",
            lambda n_examples, batch_size: n_examples % batch_size,
            "That is the number of examples left over, not the number of updates.",
        ),
        *COUNT.mistakes(
            (
                "product",
                {"ratio": lambda n, size: n * size},
                "Multiplied: larger batches should make fewer updates.",
            ),
            (
                "examples",
                {"ratio": lambda n, size: n},
                "That is one update for each example. A batch of them shares one.",
                "The number of examples is taken. A batch of them shares one update.",
            ),
        ),
        Mistake(
            "batch_size",
            lambda n_examples, batch_size: batch_size,
            "That is the batch size itself.",
        ),
        *COUNT.mistakes(
            (
                "one_too_few",
                {"more": -1},
                "One too few: counting from zero, the last number is one less than how many there are.",
                "At the end one is taken away.",
            ),
            ("one_too_many", {"more": 1}, "One too many, everywhere.", "At the end one is added."),
        ),
    ),
)


def gradient_noise(n_examples, batch_size, variance):
    """Variance of the mean of a sample drawn without replacement from a finite population."""
    return variance / batch_size * (n_examples - batch_size) / (n_examples - 1)


ONE_VARIANCE = say("It works for one variance at a time; an array of them it does not take.")


def _noises(rng):
    settings = [
        (100, 10, 4.0),
        (1437, 64, 0.3),
        (50, 1, 2.5),
        (20, 20, 7.0),
        (9, 8, 1.0),
        (1000, 500, 0.04),
        (40, 16, 9.0),
    ]
    names = ("n_examples", "batch_size", "variance")
    cases = [Case(f"{n} examples, batches of {b}", dict(zip(names, (n, b, s)))) for n, b, s in settings]
    drawn = (int(rng.integers(50, 200)), int(rng.integers(5, 40)), float(rng.uniform(0.5, 3)))
    return [
        *cases,
        Case(
            "a variance for each weight",
            {"n_examples": 60, "batch_size": 12, "variance": np.array([0.0, 2.0, 0.01, 30.0])},
            "array",
            ONE_VARIANCE,
        ),
        Case("random numbers", dict(zip(names, drawn)), "random"),
    ]


def _build_noise(p):
    def noise(n_examples, batch_size, variance):
        n, size = np.float64(n_examples), np.float64(batch_size)
        return p.outer(p.averaged(p.given(variance), size, n) * p.line(size, n))

    return noise


NOISE_PARTS = Formula(
    _build_noise,
    given=lambda variance: variance,
    averaged=lambda variance, size, n: variance / size,
    line=lambda size, n: (n - size) / (n - 1),
    outer=lambda noise: noise,
)

FAR_NOISES = (
    far("a large variance", n_examples=100, batch_size=10, variance=HUGE),
    far("a small variance", n_examples=100, batch_size=10, variance=TINY),
    far("many examples", n_examples=10**9, batch_size=10**6, variance=1.0),
    far("two examples", size=1.0, n_examples=2, batch_size=1, variance=1.0),
    far("no variance", 1.0, "end", n_examples=11, batch_size=2, variance=0.0),
    far("all but one example", 1.0, "end", n_examples=11, batch_size=10, variance=1.0),
)

GRADIENT_NOISE = Task(
    name="gradient_noise",
    day=3,
    reference=gradient_noise,
    cases=_noises,
    far=FAR_NOISES,
    observe=once("result"),
    formula=NOISE_PARTS,
    mistakes=(
        *NOISE_PARTS.mistakes(
            (
                "with_replacement",
                {"line": lambda size, n: 1},
                "That holds if every example could be drawn again. Without replacement the noise is smaller, "
                "and gone when the batch holds all the examples.",
                "The factor for drawing without replacement is missing.",
            ),
            (
                "sample_variance",
                {"line": lambda size, n: 1 - size / n},
                "Nearly: that belongs to a variance that was divided by one less than the number of "
                "examples. Here it is that of all the examples, divided by their number. Test your formula "
                "with a batch of one.",
                "The factor for drawing without replacement divides by the number of examples. For a batch "
                "of one it should be 1.",
            ),
            (
                "standard_deviation",
                {"outer": np.sqrt},
                "That is the standard deviation; the task asks for the variance.",
                "At the end a root is taken, as for a standard deviation; the task asks for the variance.",
            ),
            (
                "root_of_variance",
                {"given": np.sqrt},
                "A root is taken of the variance: it is the standard deviation that enters then.",
            ),
            (
                "variance_squared",
                {"given": np.square},
                "`variance` is a square already: it should not be squared again.",
            ),
            (
                "root_of_batch",
                {"averaged": lambda variance, size, n: variance / np.sqrt(size)},
                "The standard deviation falls with the square root of the batch size; the variance with "
                "the batch size itself.",
            ),
            (
                "root_of_batch_with_replacement",
                {"averaged": lambda variance, size, n: variance / np.sqrt(size), "line": lambda size, n: 1},
                "The standard deviation falls with the square root of the batch size; the variance with "
                "the batch size itself. And drawing without replacement makes the noise smaller still.",
            ),
            (
                "no_batch",
                {"averaged": lambda variance, size, n: variance},
                "The correction for drawing without replacement is there, the averaging over the batch is "
                "not: the mean of several is less noisy than one.",
                "The averaging over the batch is missing: the mean of several is less noisy than one.",
            ),
            (
                "sum_instead_of_mean",
                {"averaged": lambda variance, size, n: variance * size},
                "That is the variance of the sum over the batch. The mean gets less noisy as the batch "
                "grows.",
                "The batch size multiplies, as for a sum. The mean gets less noisy as the batch grows.",
            ),
            (
                "squared_batch",
                {"averaged": lambda variance, size, n: variance / size**2},
                "It falls too fast: twice a small batch should have about half the variance, not a quarter.",
                "The batch size is squared.",
            ),
            (
                "whole_data",
                {"averaged": lambda variance, size, n: variance / n, "line": lambda size, n: 1},
                "That would be the variance for a batch as large as all the examples, drawn with replacement."
                " The batch size does not enter.",
                "The batch size does not enter.",
            ),
            (
                "divided_by_examples",
                {"averaged": lambda variance, size, n: variance / n},
                "The variance is divided by the number of all examples. The mean is that of a batch.",
            ),
            (
                "unchanged",
                {"averaged": lambda variance, size, n: variance, "line": lambda size, n: 1},
                "That is the variance of a single example. The mean of a batch is less noisy.",
                "Neither the batch size nor the number of examples enters.",
            ),
            (
                "complement",
                {"line": lambda size, n: (size - 1) / (n - 1)},
                "Your line rises with the batch size, from no noise at a batch of one. It should fall, to no "
                "noise when the batch holds all the examples.",
            ),
            (
                "sample_variance_squared",
                {"line": lambda size, n: ((n - size) / n) ** 2},
                "The factor for drawing without replacement is squared, and divides by the number of "
                "examples. For a batch of one it should be 1.",
            ),
            (
                "only_unbiased",
                {"line": lambda size, n: n / (n - 1)},
                "The variance is made that of all examples divided by one less, which makes it larger. "
                "Drawing without replacement makes the noise smaller, and that is missing.",
                "There is a factor which makes the noise larger. Drawing without replacement makes it "
                "smaller.",
            ),
            (
                "inverted_correction",
                {"line": lambda size, n: (n - 1) / (n - size)},
                "The correction for drawing without replacement is upside down: it should vanish when the "
                "batch holds all the examples, and yours becomes infinite.",
            ),
            (
                "n_for_n_minus_one",
                {"line": lambda size, n: (n - size + 1) / n},
                "The correction is off by one above and below: with all the examples in the batch there "
                "should be no noise.",
            ),
            (
                "correction_squared",
                {"line": lambda size, n: ((n - size) / (n - 1)) ** 2},
                "The correction for drawing without replacement counts twice.",
            ),
            (
                "correction_rooted",
                {"line": lambda size, n: np.sqrt((n - size) / (n - 1))},
                "The square root of the correction belongs to the standard deviation; the task asks for "
                "the variance.",
            ),
        ),
        Mistake(
            "no_parentheses",
            lambda n_examples, batch_size, variance: (
                variance / batch_size * (n_examples - batch_size) / n_examples - 1
            ),
            "One is taken away at the very end, so that the variance can be negative. Are parentheses "
            "missing around the divisor?",
        ),
        *NOISE_PARTS.mistakes(
            (
                "inverse_batch_difference",
                {"line": lambda size, n: (n - size) / (n + 1)},
                "The correction divides by one more than the number of examples; it should be one less.",
            ),
        ),
    ),
)

TASKS = (MINIBATCHES, MEAN_GRADIENT, UPDATES_PER_EPOCH, GRADIENT_NOISE)


def _near(target, margin=0.02):
    """Whether a value is within `margin` of the target, as a share of it."""
    return lambda value: abs(value / target - 1) < margin


# An epoch of N draws with replacement: an example comes k times with probability 1/(e k!), for large N. With
# the exercise's N of 1,024 the share that never comes scatters by 0.01 from run to run.
NEVER, ONCE_OR_NEVER = 1 / math.e, 2 / math.e

UNSEEN_SHARE = Reading(
    name="unseen_share",
    day=3,
    accepts=lambda share: abs(share - NEVER) < 0.04,
    mistakes=(
        Misreading(
            "share_that_was_seen",
            lambda share: abs(share - (1 - NEVER)) < 0.04,
            "That is the share of the examples that were seen. How many were not?",
        ),
        Misreading(
            "share_that_came_again",
            lambda share: abs(share - (1 - ONCE_OR_NEVER)) < 0.04,
            "That is the share of the examples that came more than once. How many never came?",
        ),
        Misreading(
            "in_percent",
            lambda share: abs(share / 100 - NEVER) < 0.04,
            "That looks like a percentage. Give the share as a number between 0 and 1.",
        ),
        Misreading(
            "number_of_examples",
            lambda share: abs(share / 1024 - NEVER) < 0.04,
            "That looks like the number of examples that were not seen. Which share of all of them is it?",
        ),
        Misreading(
            "number_of_seen_examples",
            lambda share: abs(share / 1024 - (1 - NEVER)) < 0.04,
            "That looks like the number of different examples that were seen. Which share was not?",
        ),
        Misreading(
            "nothing_missed",
            lambda share: share == 0,
            "As many examples as there are were drawn, but did every one of them come? Count the different "
            "ones.",
        ),
    ),
    right="Right: more than a third of the data is missing from such an epoch.",
    otherwise="Let the loop run for one epoch, collect all the labels that come, and count how many of the "
    "1,024 never do.",
)

# On the exercise's map the runs at rate 1/32 and batch size 16 end as high as those at batch size 128 with:
MATCHING_RATE = 1 / 32 * 128 / 16

RATE_FOR_LARGE_BATCH = Reading(
    name="rate_for_large_batch",
    day=3,
    accepts=_near(MATCHING_RATE),
    mistakes=(
        Misreading(
            "same_rate",
            _near(1 / 32),
            "That is the rate of the small batch. At batch size 128 it makes an eighth of the updates: "
            "compare the two losses.",
        ),
        Misreading(
            "square_root",
            lambda rate: 0.06 < rate < 0.13,
            "Not far enough: compare the two losses on the map. (The square root of the ratio is heard of "
            "with Adam. This was trained with SGD.)",
        ),
        Misreading(
            "wrong_way",
            lambda rate: 0 < rate < 1 / 33,
            "The wrong way: fewer updates, and each of them shorter still. Look where the map has the same "
            "loss.",
        ),
        Misreading(
            "the_loss",
            lambda rate: rate > 1.1 or abs(rate - 0.7) < 0.05,
            "That is not on the map's axis of learning rates.",
        ),
        Misreading(
            "lowest_loss",
            lambda rate: 0.4 < rate < 1.1,
            "That leads lower. The question is which rate gives the same loss, not the best one.",
        ),
    ),
    right="",
    otherwise="Find the loss of batch size 16 and rate 0.0312 on the map, then look for it in the column of "
    "batch size 128.",
    reason=Reading(
        name="rate_for_large_batch",
        day=3,
        accepts=lambda loss: 0.55 < loss < 0.8,
        mistakes=(
            Misreading(
                "loss_elsewhere",
                lambda loss: 0 < loss < 2.6,
                "The rate is right. The loss beside it is not that of these two places.",
            ),
        ),
        right="Right: eight times the batch, eight times the rate. The large batches have to go the same way "
        "in an eighth of the updates.",
        otherwise="The rate is right. Which loss stands on the map at both places?",
    ),
)


def _smallest_batch(variance, n_examples=200):
    """The smallest batch size whose mean has at most this variance, a single example's being 1."""
    sizes = range(1, n_examples + 1)
    return next(size for size in sizes if gradient_noise(n_examples, size, 1.0) <= variance)


PRECISE_BATCH_SIZE = Reading(
    name="precise_batch_size",
    day=3,
    accepts=lambda size: size == _smallest_batch(0.01),
    mistakes=(
        Misreading(
            "with_replacement",
            lambda size: size == 100,
            "That would be right if every example could be drawn again, or if there were far more of them. "
            "Without replacement fewer are enough: use your `gradient_noise`.",
        ),
        Misreading(
            "variance_of_a_tenth",
            lambda size: size in (_smallest_batch(0.1), _smallest_batch(0.1) - 1),
            "There the variance is about a tenth. The typical error is its square root: which variance "
            "belongs to an error of a tenth?",
        ),
        Misreading(
            "one_too_small",
            lambda size: size == _smallest_batch(0.01) - 1,
            "Very close, but with this batch size the error is still a little above a tenth.",
        ),
        Misreading(
            "not_whole",
            lambda size: size != round(size),
            "A batch holds a whole number of examples.",
        ),
        Misreading(
            "all_of_them",
            lambda size: size == 200,
            "With all the examples there is no noise at all. A tenth of the error is allowed.",
        ),
        Misreading(
            "outside",
            lambda size: size < 1 or size > 200,
            "There are 200 examples: a batch holds at least one and at most all of them.",
        ),
        Misreading(
            "too_noisy",
            lambda size: size < _smallest_batch(0.01),
            "With this batch size the error is still larger than a tenth of a single example's.",
        ),
        Misreading(
            "larger_than_needed",
            lambda size: size > _smallest_batch(0.01),
            "Precise enough, but a smaller batch would do.",
        ),
    ),
    right="Right: a third of the data for a tenth of the error. With replacement it would have taken half "
    "of them.",
    otherwise="Try the batch sizes from 1 to 200 with your `gradient_noise`.",
)

READINGS = (UNSEEN_SHARE, RATE_FOR_LARGE_BATCH, PRECISE_BATCH_SIZE)


# The noise scale from two batch sizes: two equations in two unknowns.


def _build_scale(p):
    """Squared lengths of two batch sizes, what both equations say of signal and noise, and their ratio."""

    def scale(small, small_grads, large, large_grads):
        b, B = p.sizes(small, large)
        squares, Squares = p.square(np.asarray(small_grads)), p.square(np.asarray(large_grads))
        if not p.pairs:
            squares, Squares = p.average(squares), p.average(Squares)
        one = p.result(p.noise(b, B, squares, Squares), p.signal(b, B, squares, Squares))
        return np.mean(one) if p.pairs else one

    return scale


def _square(grads):
    """The squared length of each row."""
    return (grads.reshape(len(grads), -1) ** 2).sum(axis=1)


def _noise(b, B, squares, Squares):
    """The trace of the covariance of single gradients: the variance of a batch of one."""
    return (squares - Squares) / (1 / b - 1 / B)


def _signal(b, B, squares, Squares):
    """The squared length of the full gradient."""
    return (B * Squares - b * squares) / (B - b)


NOISE_SCALE_FORMULA = Formula(
    _build_scale,
    sizes=lambda small, large: (small, large),
    square=_square,
    average=np.mean,
    noise=_noise,
    signal=_signal,
    result=lambda noise, signal: noise / signal,
    pairs=False,
)
noise_scale = NOISE_SCALE_FORMULA()
NOT_THE_SIGNAL = (
    "The squared length of a batch's gradient still has noise in it, also that of the large batch."
)


def _gradients(rng, truth, spread, size, count):
    """Gradients of `count` batches of `size`, whose single examples scatter by `spread` about `truth`."""
    truth = np.asarray(truth, float)
    return truth + spread / np.sqrt(size) * rng.normal(size=(count, *truth.shape))


def _two_sizes(rng):
    fixed = np.random.default_rng(3)

    def case(name, rng, small, large, truth, spread, counts=(6, 6), kind="plain", note=None, make=np.array):
        names = ("small", "small_grads", "large", "large_grads")
        few = _gradients(rng, truth, spread, small, counts[0])
        many = _gradients(rng, truth, spread, large, counts[1])
        return Case(name, dict(zip(names, (small, make(few), large, make(many)))), kind, note)

    one = [2.0, -1.0, 0.5]
    return [
        case("batches of 4 and 16", fixed, 4, 16, one, 2.0),
        case("batches of 1 and 100", fixed, 1, 100, [0.3, 0.0, -0.4, 0.1, 0.2], 1.0, (40, 40)),
        case("hardly any noise", fixed, 8, 256, [3.0, -4.0], 0.5),
        case("more small batches than large ones", fixed, 10, 30, one, 3.0, (12, 4)),
        case("one batch of each size", fixed, 2, 64, [30.0, 5.0, 9.0, -7.0], 6.0, (1, 1)),
        case("a single weight", fixed, 5, 50, [1.5], 1.0, (20, 20)),
        case("float32", fixed, 4, 64, one, 2.0, (5, 5), "float32", None, np.float32),
        case("lists", fixed, 4, 16, one, 2.0, (3, 3), "lists", SILENT, np.ndarray.tolist),
        case("random gradients", rng, 3, 24, rng.uniform(1, 3, 4), 1.5, (8, 8), "random"),
    ]


def _far_sizes():
    drawn = np.random.default_rng(4)
    few, many = (_gradients(drawn, [2.0, -1.0, 0.5], 2.0, size, 6) for size in (4, 16))
    fews, manys = (_gradients(drawn, [2.0, -1.0, 0.5], 2.0, size, 600) for size in (4, 16))
    scale = ((HUGE, "large gradients"), (TINY, "small gradients"))
    usual = {"small": 4, "large": 16}
    return (
        *(far(name, small_grads=by * few, large_grads=by * many, **usual) for by, name in scale),
        far("large batches", small=4 * 10**5, large=10**6, small_grads=few, large_grads=many),
        far("six hundred batches", kind="shape", small_grads=fews, large_grads=manys, **usual),
        far("the larger ones first", 16, kind="other", small=16, small_grads=many, large=4, large_grads=few),
        far("gradients that repeat", kind="repeats", small_grads=few[[0, 1, 1]], large_grads=many, **usual),
    )


NOISE_SCALE = Task(
    name="noise_scale",
    day=3,
    reference=noise_scale,
    cases=_two_sizes,
    far=_far_sizes(),
    observe=once("result"),
    formula=NOISE_SCALE_FORMULA,
    mistakes=NOISE_SCALE_FORMULA.mistakes(
        (
            "mean_first",
            {"square": lambda grads: np.sum(grads.mean(axis=0) ** 2), "average": lambda squares: squares},
            "You average the gradients of several batches first and take the length of that. It is the "
            "gradient of one larger batch, with less noise. Take the squared length of each, then average.",
        ),
        (
            "length",
            {"square": lambda grads: np.sqrt(_square(grads))},
            "You use the lengths. The two equations are about their squares.",
        ),
        (
            "squared_afterwards",
            {"square": lambda grads: np.sqrt(_square(grads)), "average": lambda lengths: lengths.mean() ** 2},
            "You average the lengths and square the average. Square first: the average of the squares is "
            "larger.",
        ),
        (
            "absolute_values",
            {"square": lambda grads: np.abs(grads.reshape(len(grads), -1)).sum(axis=1)},
            "You add up absolute values. The squared length adds up squares.",
        ),
        (
            "sum_of_entries",
            {"square": lambda grads: grads.reshape(len(grads), -1).sum(axis=1) ** 2},
            "You add up the entries and square the sum. The squared length squares each entry first.",
        ),
        (
            "first_batch_only",
            {"average": lambda squares: squares[0]},
            "Of each batch size only the first batch counts. One batch alone scatters widely: average over "
            "all.",
        ),
        (
            "added_up",
            {"average": np.sum},
            "You add up over the batches instead of averaging: with more batches of one size than of the "
            "other this shows.",
        ),
        (
            "median",
            {"average": np.median},
            "That is the median of the squared lengths. The equations hold for their mean.",
        ),
        (
            "ratio_first",
            {"pairs": True},
            "You divide for each pair of batches and average the ratios. A ratio of two noisy numbers can "
            "be far off; average noise and signal first, then divide once.",
            "You divide for each pair of batches and average the ratios. Average first, then divide once.",
        ),
        (
            "sizes_exchanged",
            {"sizes": lambda small, large: (large, small)},
            "The two batch sizes have changed places.",
        ),
        (
            "noise_of_the_small_batch",
            {"noise": lambda b, B, squares, Squares: squares - Squares},
            "Your noise is the difference of the two squared lengths. How many times the noise of a single "
            "example is in it?",
        ),
        (
            "noise_of_a_batch",
            {"noise": lambda b, B, squares, Squares: _noise(b, B, squares, Squares) / b},
            "Your noise is that of a small batch, not of a single example: it is divided by the batch size.",
        ),
        (
            "noise_of_a_large_batch",
            {"noise": lambda b, B, squares, Squares: _noise(b, B, squares, Squares) / B},
            "Your noise is that of a large batch, not of a single example: it is divided by the batch size.",
        ),
        (
            "divided_by_sizes",
            {"noise": lambda b, B, squares, Squares: (squares - Squares) / (B - b)},
            "Your noise is divided by the difference of the batch sizes. In the equations the noise stands "
            "over the size: it is the difference of two fractions.",
        ),
        (
            "large_is_noiseless",
            {"noise": lambda b, B, squares, Squares: b * (squares - Squares)},
            "Your noise would be right if the large batch had none. It has a little: both equations have a "
            "noise term.",
            "The large batch is taken to have no noise. It has a little: both equations have a noise term.",
        ),
        (
            "all_noise",
            {"noise": lambda b, B, squares, Squares: b * squares},
            "You count the whole squared length of the small batch as noise. The signal is in it too.",
        ),
        (
            "large_is_the_signal",
            {"signal": lambda b, B, squares, Squares: Squares},
            NOT_THE_SIGNAL,
        ),
        (
            "other_size_in_the_signal",
            {"signal": lambda b, B, squares, Squares: squares - _noise(b, B, squares, Squares) / B},
            "For the signal the noise of the large batch is taken away from the squared length of the small "
            "one. Each has its own.",
        ),
        (
            "small_size_in_the_signal",
            {"signal": lambda b, B, squares, Squares: Squares - _noise(b, B, squares, Squares) / b},
            "For the signal the noise of the small batch is taken away from the squared length of the large "
            "one. Each has its own.",
        ),
        (
            "small_is_the_signal",
            {"signal": lambda b, B, squares, Squares: squares},
            "You take the squared length of the small batch for the signal. Most of it may be noise.",
        ),
        (
            "crossed",
            {"signal": lambda b, B, squares, Squares: (B * squares - b * Squares) / (B - b)},
            "In your signal each squared length has the weight of the other: that of the large batch is "
            "nearer to the signal.",
        ),
        (
            "mean_of_both",
            {"signal": lambda b, B, squares, Squares: (squares + Squares) / 2},
            "You average the two squared lengths for the signal. Both are too large, by different amounts.",
        ),
        (
            "weighted_mean",
            {"signal": lambda b, B, squares, Squares: (B * Squares + b * squares) / (B + b)},
            "Your signal is a weighted mean of the two squared lengths. Both are too large: one has to be "
            "taken away from the other.",
        ),
        (
            "upside_down",
            {"result": lambda noise, signal: signal / noise},
            "Upside down: it is the noise over the signal.",
        ),
        (
            "noise_alone",
            {"result": lambda noise, signal: noise},
            "That is the noise of a single example. Compare it with the signal.",
        ),
        (
            "signal_alone",
            {"result": lambda noise, signal: signal},
            "That is the squared length of the full gradient. Compare the noise with it.",
        ),
        (
            "root",
            {"result": lambda noise, signal: np.sqrt(np.maximum(noise / signal, 0))},
            "That is the square root. Noise and signal are compared as squares.",
        ),
        (
            "root_of_the_size",
            {"result": lambda noise, signal: np.sqrt(np.abs(noise / signal))},
            "That is the square root. Noise and signal are compared as squares.",
        ),
        (
            "root_as_it_is",
            {"result": lambda noise, signal: np.sqrt(noise / signal)},
            "That is the square root. Noise and signal are compared as squares.",
        ),
        (
            "divided_by_length",
            {"result": lambda noise, signal: noise / np.sqrt(np.maximum(signal, 1e-300))},
            "The noise is a square, and you divide it by a length. Divide by the squared length.",
        ),
        (
            "sign_of_the_noise",
            {
                "noise": lambda b, B, squares, Squares: -_noise(b, B, squares, Squares),
                "signal": lambda b, B, squares, Squares: Squares + _noise(b, B, squares, Squares) / B,
            },
            "The noise has the wrong sign, and so the signal is too large: which of the two batch sizes has "
            "the longer gradients?",
            "The noise has the wrong sign: which of the two batch sizes has the longer gradients?",
        ),
        (
            "sign",
            {"result": lambda noise, signal: -noise / signal},
            "The right size with the wrong sign: which of the two batch sizes has the longer gradients?",
            "The sign is wrong: which of the two batch sizes has the longer gradients?",
        ),
    ),
)

TASKS += (NOISE_SCALE,)


# The open task: batch size and rate under a budget.

START, BUDGET, HIDDEN = 100, 60_000, range(1_000_300, 1_000_320)  # a price list in examples
LARGEST_RATE = 1_000_000


def _plan_told(told):
    """(batch size, rate), or Refused."""
    if not isinstance(told, list) or len(told) != 2:
        raise Refused(say("Give two numbers, with a comma between them: the batch size, then the rate."))
    if not all(isinstance(part, int | float) and not isinstance(part, bool) for part in told):
        raise Refused(say("Give two numbers, with a comma between them: the batch size, then the rate."))
    size, lr = map(float, told)
    if not (1 <= size <= len(digits().X_train) and size == int(size)):
        raise Refused(
            say(
                "The batch size comes first: a whole number from 1 to {most}. The check got {got}.",
                most=len(digits().X_train),
                got=f"{size:g}",
            )
        )
    if not 0 < lr < LARGEST_RATE:
        raise Refused(
            say(
                "The rate has to be a positive number below {most:,}; the check got {got}.",
                most=LARGEST_RATE,
                got=f"{lr:g}",
            )
        )
    return int(size), lr


@functools.lru_cache(maxsize=32)
def _losses_of_plan(plan):
    """Training loss when the budget is spent, with each hidden seed."""
    size, lr = plan
    count = BUDGET // (START + size)
    run = train(MLP((64, 32, 10)), digits(), SGD(lr), batch_size=size, updates=count, seed=HIDDEN)
    return run.train_loss


def _better(factor, but=0.9):
    """Whether `factor` times the rate ends clearly lower."""

    def asked(plan, losses):
        other = _losses_of_plan((plan[0], factor * plan[1]))
        return np.median(np.nan_to_num(other, nan=9.0)) < but * np.median(np.nan_to_num(losses, nan=9.0))

    return asked


BUDGET_PLAN = Contest(
    name="budget_plan",
    day=3,
    tell=numbers_of,
    read=_plan_told,
    run=_losses_of_plan,
    target=0.08,
    enough=18,
    mistakes=(
        Misreading(
            "over_the_cliff",
            lambda plan, losses: plan[1] > 0.2 and _better(0.5)(plan, losses),
            "{reached} of {seeds} reach {target}; half of them end at {median} or lower. With half this rate "
            "the same batch size does clearly better: the rate is beyond the cliff, or close to it.",
        ),
        Misreading(
            "pays_for_starting",
            lambda plan, losses: plan[0] < 20,
            "{reached} of {seeds} reach {target}, and {enough} should. With so small a batch most of the "
            "budget is spent on starting updates, each of which sees little.",
        ),
        Misreading(
            "few_updates",
            lambda plan, losses: plan[0] > 250,
            "{reached} of {seeds} reach {target}, and {enough} should. With so large a batch the budget buys "
            "few updates, and the cliff limits how much the rate can make up for.",
        ),
        Misreading(
            "rate_too_small",
            _better(2.0),
            "{reached} of {seeds} reach {target}; half of them end at {median} or lower. The batch size is "
            "in the right region. Is the rate the best one for it?",
        ),
    ),
    right="{reached} of {seeds} seeds that you have not seen end at {target} or lower, half of them at "
    "{median} or lower. Smaller batches pay for starting, larger ones run out of updates.",
    otherwise="{reached} of {seeds} reach {target}, and {enough} should; half of them end at {median} or "
    "lower. Try the neighbours in both directions.",
)

READINGS += (BUDGET_PLAN,)
