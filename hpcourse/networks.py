r"""Networks on one flat weight vector, computed for all runs of a sweep at once.

The weights of R runs are one array (R, P). Each layer's matrix is a view into it, (R, outputs,
inputs + 1): the last column holds the biases, because every layer's input gets a 1 appended. One
`matmul` then multiplies the matrices of all runs. Inside a pass the examples are columns, as in $z = W a$.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hpcourse.frame.arguments import ending, floating, is_axis, precision, whole
from hpcourse.frame.cores import on_one_thread

ACTIVATIONS = ("relu", "tanh")
TASKS = ("classification", "regression")


@dataclass(frozen=True)
class MLP:
    r"""A multilayer perceptron: `sizes` are the widths of its layers, inputs first, outputs last.

    Each layer computes $z = W a + b$; all but the last go on with $a = \max(z, 0)$ ("relu") or
    $a = \tanh z$ ("tanh"). For `task` "classification" the loss is the cross-entropy of the softmax of
    the outputs, and `y` holds class numbers; for "regression" it is $\tfrac12 \lVert z - y \rVert^2$, and
    `y` holds targets. Both are averaged over the examples. Two sizes make a linear model.

    Weights are (P,) or (runs, P); `X` is (examples, features) for all runs or (runs, examples,
    features); `y` likewise.
    """

    sizes: tuple
    activation: str = "relu"
    task: str = "classification"

    def __post_init__(self):
        if not is_axis(self.sizes):
            raise TypeError(f"sizes must be a list of widths, inputs first, got {self.sizes!r}")
        sizes = tuple(whole(f"sizes[{i}]", size, 1) for i, size in enumerate(self.sizes))
        if len(sizes) < 2:
            raise ValueError(f"sizes must name at least inputs and outputs, got {self.sizes}")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {ACTIVATIONS}, got {self.activation!r}")
        if self.task not in TASKS:
            raise ValueError(f"task must be one of {TASKS}, got {self.task!r}")
        object.__setattr__(self, "sizes", sizes)

    @property
    def n_weights(self):
        """How many numbers the network learns, P."""
        return sum(outputs * (inputs + 1) for inputs, outputs in self._shapes())

    def init(self, seed=0, dtype=np.float32):
        r"""Random weights (P,): $\mathcal N(0, 2/n)$ for relu, $\mathcal N(0, 1/n)$ otherwise, biases zero.

        $n$ is the number of a layer's inputs (He et al. 2015, LeCun et al. 1998). `seed` is a number
        or a NumPy generator.
        """
        dtype, rng = precision(dtype), np.random.default_rng(seed)
        gain = 2.0 if self.activation == "relu" else 1.0
        layers = []
        for inputs, outputs in self._shapes():
            matrix = np.zeros((outputs, inputs + 1))
            matrix[:, :-1] = rng.normal(0, np.sqrt(gain / inputs), (outputs, inputs))
            layers.append(matrix.ravel())
        return np.concatenate(layers).astype(dtype)

    def mup(self, base):
        r"""Factors on the start and on the rate of each weight, (P,) and (P,), for Adam at any width.

        A unit with n inputs adds up n steps of Adam that agree; so that outputs move as they do at the
        width `base`, with $m = n/$`base`: hidden matrices get the rate $1/m$, the last matrix also the
        start $1/\sqrt m$; the first matrix and all biases stay (Yang et al. 2022, table 3). `base` is a
        width, or a network as deep as this one, whose own inputs are then each layer's `base`.
        """
        widths = base.sizes if isinstance(base, MLP) else [whole("base", base, 1)] * len(self.sizes)
        if len(widths) != len(self.sizes):
            raise ValueError(f"base must have {len(self.sizes)} sizes as this network, got {base!r}")
        start, rate = np.ones(self.n_weights), np.ones(self.n_weights)
        for k in range(1, len(self.sizes) - 1):
            m = self.sizes[k] / widths[k]
            self._matrices(rate)[k][:, :-1] /= m
            if k == len(self.sizes) - 2:
                self._matrices(start)[k][:, :-1] /= np.sqrt(m)
        return start, rate

    @on_one_thread
    def outputs(self, w, X):
        """What the last layer gives, (..., examples, outputs)."""
        w, X = self._checked(w, X)
        return self._forward(self._matrices(w), with_ones(X))[-1].mT

    @on_one_thread
    def activations(self, w, X):
        """What each hidden layer passes on, a list of (..., examples, width)."""
        w, X = self._checked(w, X)
        return [a[..., :-1, :].mT for a in self._forward(self._matrices(w), with_ones(X))[1:-1]]

    def predict(self, w, X):
        """The most likely class of each example, (..., examples); for regression the outputs."""
        outputs = self.outputs(w, X)
        return outputs if self.task == "regression" else outputs.argmax(axis=-1)

    def accuracy(self, w, X, y):
        """Share of examples whose class is predicted right, one number a run."""
        if self.task == "regression":
            raise ValueError("accuracy needs classes, but this network has task='regression'")
        return (self.predict(w, X) == _one_each(X, y)).mean(axis=-1)

    @on_one_thread
    def loss(self, w, X, y):
        """Mean loss over the examples, one number a run."""
        w, X = self._checked(w, X)
        return self.loss_from(w, with_ones(X), self._targets_of(X, y, w.dtype))

    def gradient(self, w, X, y):
        """Gradient of the mean loss, in the shape of `w`."""
        return self.loss_and_gradient(w, X, y)[1]

    @on_one_thread
    def loss_and_gradient(self, w, X, y):
        """Both, from one pass forward and one pass back."""
        w, X = self._checked(w, X)
        targets = self._targets_of(X, y, w.dtype)
        loss, gradient = self.backpropagate(np.atleast_2d(w), with_ones(X), targets)
        return (loss, gradient) if w.ndim > 1 else (loss[0], gradient[0])

    def targets(self, y, dtype=np.float32):
        """`y` as what the outputs should be, (..., examples, outputs): one-hot rows for classes.

        Raises ValueError when `y` holds other classes or more targets than there are outputs.
        """
        y, n_outputs, dtype = np.asarray(y), self.sizes[-1], precision(dtype)
        if self.task == "regression":
            y = floating("y", y).astype(dtype, copy=False)
            if n_outputs == 1 and (y.ndim == 1 or y.shape[-1] != 1):
                y = y[..., None]
            if y.shape[-1] != n_outputs:
                raise ValueError(f"y must have {n_outputs} targets for each example, got shape {y.shape}")
            return y
        if y.dtype.kind not in "iu" or y.min(initial=0) < 0 or y.max(initial=0) >= n_outputs:
            found = f"{y.dtype} from {y.min()} to {y.max()}" if y.size and y.dtype.kind in "iuf" else repr(y)
            raise ValueError(f"y must hold whole numbers 0 to {n_outputs - 1}, got {found}")
        return np.eye(n_outputs, dtype=dtype)[y]

    def loss_from(self, w, X1, targets):
        """Mean loss from inputs with their ones and from `targets`, unchecked."""
        return self._loss_and_error(self._forward(self._matrices(w), X1)[-1], targets)[0]

    def backpropagate(self, w, X1, targets):
        """Loss (runs,) and gradient (runs, P), from inputs with their ones and from `targets`.

        Unchecked: this is the inner loop of training.
        """
        weights, gradient = self._matrices(w), np.empty_like(w)
        slopes = self._matrices(gradient)
        *inputs, z = self._forward(weights, X1)
        loss, error = self._loss_and_error(z, targets)
        np.matmul(error, inputs[-1].mT if len(inputs) > 1 else X1, out=slopes[-1])
        for k in reversed(range(len(inputs) - 1)):
            error = weights[k + 1][..., :-1].mT @ error
            a = inputs[k + 1]  # whole, which lies in one piece: much faster
            error *= (a > 0 if self.activation == "relu" else 1 - a**2)[..., :-1, :]
            np.matmul(error, inputs[k].mT if k else X1, out=slopes[k])
        return loss, gradient

    def _forward(self, weights, X1):
        """The input of every layer, (..., inputs + 1, examples), then the last layer's outputs."""
        inputs = [X1.mT]
        *hidden, last = weights
        runs = last.shape[:-2] if X1.ndim == 2 else np.broadcast_shapes(last.shape[:-2], X1.shape[:-2])
        for W in hidden:
            a = np.empty((*runs, W.shape[-2] + 1, X1.shape[-2]), W.dtype)
            a[..., -1, :] = 1
            z = np.matmul(W, inputs[-1], out=a[..., :-1, :])
            if self.activation == "relu":  # of all in one piece, and not with the number 0: much faster
                np.maximum(a, np.zeros(a.shape[-2:], a.dtype), out=a)
            else:
                np.tanh(z, out=z)
            inputs.append(a)
        return [*inputs, last @ inputs[-1]]

    def _loss_and_error(self, z, targets):
        """Mean loss, one a run, and its derivative by the outputs `z`, (..., outputs, examples)."""
        y, n = np.ascontiguousarray(targets.mT), z.shape[-1]
        if self.task == "regression":
            error = (z - y) / n
            return 0.5 * n * (error**2).sum(axis=(-1, -2)), error
        z -= np.maximum.reduce(z, axis=-2, keepdims=True)  # changes no softmax, and no exp overflows
        p = np.exp(z)
        total = np.add.reduce(p, axis=-2, keepdims=True)
        loss = (np.add.reduce(np.log(total[..., 0, :]), axis=-1) - _dot(z, y)) / n
        p *= 1 / (n * total)
        p -= y / n
        return loss, p

    def _shapes(self):
        return list(zip(self.sizes[:-1], self.sizes[1:]))

    @cached_property
    def _layers(self):
        """Where each layer's weights are in the flat ones, and the shape of its matrix."""
        shapes = [(outputs, inputs + 1) for inputs, outputs in self._shapes()]
        ends = np.cumsum([0] + [rows * columns for rows, columns in shapes]).tolist()
        return list(zip(map(slice, ends, ends[1:]), shapes))

    def _matrices(self, w):
        """Each layer's matrix (..., outputs, inputs + 1) as a view into the flat weights."""
        runs = w.shape[:-1]
        return [w[..., part].reshape(runs + shape) for part, shape in self._layers]

    def _targets_of(self, X, y, dtype):
        targets = self.targets(y if self.task == "regression" else _one_each(X, y), dtype)
        if targets.shape[-2] != X.shape[-2]:
            raise ValueError(f"y must have as many examples as X, {X.shape[-2]}, got {targets.shape[-2]}")
        return targets

    def _checked(self, w, X):
        w, X = ending("w", w, self.n_weights, f"{self.n_weights} weights"), floating("X", X)
        if X.ndim < 2 or X.shape[-1] != self.sizes[0]:
            raise ValueError(f"X must be (examples, {self.sizes[0]}), got shape {X.shape}")
        return w, X.astype(w.dtype, copy=False)


def softmax_regression(n_features, n_classes):
    """The network without hidden layers: one matrix and a softmax. Its loss is convex."""
    return MLP((n_features, n_classes))


def linear_regression_model(n_features, n_targets=1):
    """Least squares: one matrix and a squared loss, a quadratic in its weights."""
    return MLP((n_features, n_targets), task="regression")


def _one_each(X, y):
    """`y` with the examples of `X` on its last axis, also where it came as a column (..., examples, 1)."""
    y, n = np.asarray(y), np.shape(X)[-2]
    if y.shape[-2:] == (n, 1):
        y = y[..., 0]
    if y.shape[-1:] != (n,):
        raise ValueError(f"y must have as many examples as X, {n}, got shape {y.shape}")
    return y


def _dot(a, b):
    """Sum of products over the last two axes."""
    return np.vecdot(a.reshape(*a.shape[:-2], -1), b.reshape(*b.shape[:-2], -1))


def with_ones(X):
    """`X` with a 1 appended to every example, which the last column of a weight matrix multiplies."""
    return np.concatenate([X, np.ones((*X.shape[:-1], 1), X.dtype)], axis=-1)
