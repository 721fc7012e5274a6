"""Data to train on: real handwritten digits, and small generated sets whose answer is known."""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpcourse.frame.arguments import finite, floating, instance, number, numeric, whole
from hpcourse.frame.language import current_language

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, eq=False)
class Dataset:
    """A training and a test part: `X` is (examples, features), `y` whole-number classes or float targets.

    `y` is (examples,), which a column (examples, 1) becomes, or (examples, targets). Raises
    ValueError for shapes that do not belong together and for NaN or infinity.
    """

    name: str
    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray

    def __post_init__(self):
        for part in ("train", "test"):
            X = floating(f"X_{part}", getattr(self, f"X_{part}"))
            y = np.asarray(getattr(self, f"y_{part}"))
            if X.ndim != 2 or X.shape[1] == 0:
                raise ValueError(f"X_{part} must be (examples, features), got shape {X.shape}")
            y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
            if y.ndim not in (1, 2):
                raise ValueError(f"y_{part} must be (examples,) or (examples, targets), got shape {y.shape}")
            if len(X) != len(y):
                raise ValueError(f"y_{part} must have as many examples as X_{part}, {len(X)}, got {len(y)}")
            if y.dtype.kind not in "iuf":
                raise TypeError(f"y_{part} must be numbers, got {y.dtype}")
            object.__setattr__(self, f"X_{part}", finite(f"X_{part}", X))
            object.__setattr__(self, f"y_{part}", finite(f"y_{part}", y))
        if len(self.X_train) == 0:
            raise ValueError("X_train must have at least one example, got none")
        if self.X_test.shape[1] != self.X_train.shape[1]:
            features = self.X_train.shape[1]
            raise ValueError(f"X_test must have {features} features as X_train, got {self.X_test.shape[1]}")

    def __repr__(self):
        examples, features = self.X_train.shape
        return f"{self.name}: {examples} training and {len(self.X_test)} test examples of {features} features"


def digits():
    """1,797 handwritten digits of 8×8 pixels, scaled to 0 to 1: 1,437 to train on, 360 to test.

    UCI Optical Recognition of Handwritten Digits (Alpaydin and Kaynak 1998, CC BY 4.0), split once
    and for all in a fixed random order. `X` is float32.
    """
    images, labels = (_stored("digits.npz")[name] for name in ("images", "labels"))
    order = np.random.default_rng(0).permutation(len(images))
    X, y = images[order].astype(np.float32) / 16, labels[order].astype(int)
    return _split("digits", X, y, test_size=360)


def bigram_counts(language=None):
    """Words of an old book and how often one follows another, for `Bigram`: (words, counts).

    150 `words`, the most frequent first, and `counts` (150, 150) with `counts[i, j]` for word j right after
    word i. In English the King James Version (1611), in Traditional Chinese the characters of the
    Analects; both are in the public domain (hpcourse/data/README.md). `language` is the one in use
    unless given. Raises ValueError for a language without counts.
    """
    language = current_language() if language is None else language
    files = {file.name.split(".")[1]: file for file in _DATA.glob("words.*.npz")}
    if language not in files:
        raise ValueError(f"language must be one of {', '.join(map(repr, sorted(files)))}, got {language!r}")
    stored = _stored(files[language])
    return stored["words"].tolist(), stored["counts"].astype(int)


def moons(n_examples=500, noise=0.2, seed=0):
    """Two interleaved half circles in the plane, one class each; `noise` is the standard deviation."""
    rng, half = _generator(n_examples, noise, seed)
    angle = np.pi * rng.random(n_examples)
    first = np.arange(n_examples) < half
    X = np.where(
        first[:, None],
        np.stack([np.cos(angle), np.sin(angle)], axis=1),
        np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1),
    )
    return _shuffled("moons", rng, X, np.where(first, 0, 1), noise)


def spirals(n_examples=500, noise=0.1, seed=0, turns=1.0):
    """Two spirals wound into each other, one class each, making `turns` turns."""
    rng, half = _generator(n_examples, noise, seed)
    number("turns", turns, 0, low_open=True)
    radius = np.sqrt(rng.random(n_examples))
    first = np.arange(n_examples) < half
    angle = 2 * np.pi * turns * radius + np.where(first, 0, np.pi)
    X = 2 * np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return _shuffled("spirals", rng, X, np.where(first, 0, 1), noise)


def linear_regression(n_examples=500, weights=(2.0, -3.0, 1.0), noise=1.0, seed=0):
    """Targets `X @ weights` plus noise of standard deviation `noise`, with standard normal features."""
    rng, _ = _generator(n_examples, noise, seed)
    weights = np.atleast_1d(numeric("weights", weights))
    if weights.ndim != 1 or not weights.size:
        raise ValueError(f"weights must be a list of numbers, got shape {weights.shape}")
    X = rng.normal(size=(n_examples, len(weights)))
    y = X @ weights + noise * rng.normal(size=n_examples)
    return _split("linear regression", X, y, test_size=n_examples // 5)


def minibatches(X, y, batch_size, rng):
    """Batches of one epoch: every example once, in a fresh random order drawn from `rng`.

    `X` and `y` stay in step and unchanged; the last batch holds what is left over.
    """
    X, y = np.asarray(X), np.asarray(y)
    if X.ndim == 0 or y.ndim == 0:
        raise ValueError(f"X and y must have an axis of examples, got shapes {X.shape} and {y.shape}")
    if len(X) != len(y):
        raise ValueError(f"y must have as many examples as X, {len(X)}, got {len(y)}")
    whole("batch_size", batch_size, 1, len(X))
    instance("rng", rng, np.random.Generator, "np.random.default_rng(0)")
    order = rng.permutation(len(X))
    batches = (order[start : start + batch_size] for start in range(0, len(X), batch_size))
    return ((X[batch], y[batch]) for batch in batches)


@functools.cache
def _stored(name):
    """The arrays of a file, read once: copy what you pass on."""
    with np.load(_DATA / name) as stored:
        return dict(stored)


def _generator(n_examples, noise, seed):
    whole("n_examples", n_examples, 10)
    number("noise", noise, 0)
    return np.random.default_rng(whole("seed", seed)), n_examples // 2


def _shuffled(name, rng, X, y, noise):
    X = X + noise * rng.normal(size=X.shape)
    order = rng.permutation(len(X))
    return _split(name, X[order], y[order], test_size=len(X) // 5)


def _split(name, X, y, test_size):
    return Dataset(name, X[:-test_size], y[:-test_size], X[-test_size:], y[-test_size:])
