r"""Loss surfaces: of one or two weights, small enough to draw, and a model of words.

A surface is called with points of shape (..., dim) and gives their losses (...). `gradient` gives
(..., dim) in closed form, `hessian` (..., dim, dim) follows from it. `minimum` is the best point, `window`
a good part to draw, ((low, high), ...) for each weight.

    >>> bowl = Quadratic(eigenvalues=(1, 10))
    >>> bowl([1.0, 1.0]), bowl.gradient([1.0, 1.0])
    (5.5, array([ 1., 10.]))
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hpcourse.frame.arguments import ending, number, numeric, whole

TINY = 2.0**-300  # its square is nothing beside any slope, and a power of two rounds nothing


class Surface:
    """A loss with its derivatives. A surface defines `loss` and `slope` of coordinates.

    Raises ValueError for points whose last axis is not `dim` long.
    """

    dim = 2
    minimum = None
    window = None

    def __call__(self, w):
        value = self.loss(*self._coordinates(self._points(w)))
        return float(value) if np.ndim(value) == 0 else value

    def gradient(self, w):
        """Slope at each point, (..., dim)."""
        return self._gradient(self._points(w))

    def hessian(self, w):
        """Second derivatives at each point, (..., dim, dim), as exact as the slope.

        A slope's derivative is its imaginary part after a tiny imaginary step, in which no difference is
        taken (Squire and Trapp 1998).
        """
        w = self._points(w)
        columns = [self._gradient(w + step).imag / TINY for step in TINY * 1j * np.eye(self.dim)]
        return np.stack(columns, axis=-1).astype(w.dtype)

    def grid(self, points=200):
        """Coordinates that cover the window, for drawing: `points` in every direction."""
        axes = [np.linspace(low, high, points) for low, high in self.window]
        return np.stack(np.meshgrid(*axes), axis=-1)

    def _points(self, w):
        return ending("w", w, self.dim)

    def _coordinates(self, w):
        return [w[..., i] for i in range(self.dim)]

    def _gradient(self, w):
        gradient = np.empty((self.dim, *w.shape[:-1]), w.dtype)  # in memory each coordinate lies in one piece
        for i, slope in enumerate(self.slope(*self._coordinates(w))):
            gradient[i] = slope
        return np.moveaxis(gradient, 0, -1)


@dataclass(frozen=True)
class Quadratic(Surface):
    r"""A bowl, $f(w) = \tfrac12 \sum_i \lambda_i u_i^2$, with $u$ = `w` turned by `angle`.

    `eigenvalues` are the curvatures $\lambda_i$, as many as there are weights; a negative one makes a
    saddle. The condition number is $\kappa = \lambda_{\max}/\lambda_{\min}$. `angle` (radians) needs
    two weights. Gradient descent multiplies $u_i$ by $1 - \eta\lambda_i$ in each step, exactly.
    """

    eigenvalues: tuple = (1.0, 10.0)
    angle: float = 0.0

    def __post_init__(self):
        values = np.atleast_1d(numeric("eigenvalues", self.eigenvalues))
        if values.ndim != 1 or len(values) == 0:
            raise ValueError(f"eigenvalues must be a list of numbers, got shape {values.shape}")
        number("angle", self.angle)
        if self.angle and len(values) != 2:
            raise ValueError(f"angle needs exactly 2 eigenvalues, got {len(values)}")
        object.__setattr__(self, "eigenvalues", tuple(float(v) for v in values))

    @property
    def dim(self):
        return len(self.eigenvalues)

    @property
    def minimum(self):
        return (0.0,) * self.dim

    @property
    def window(self):
        side = 5.0 if self.dim == 1 else 3.0
        return ((-side, side),) * self.dim

    def _matrix(self):
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        turn = np.array([[cos, sin], [-sin, cos]])
        return (turn.T @ np.diag(self.eigenvalues) @ turn).tolist()

    def loss(self, *w):
        if not self.angle:
            return sum(0.5 * value * x**2 for value, x in zip(self.eigenvalues, w))
        return 0.5 * sum(x * s for x, s in zip(w, self.slope(*w)))

    def slope(self, *w):
        if not self.angle:
            return [value * x for value, x in zip(self.eigenvalues, w)]
        return [sum(entry * x for entry, x in zip(row, w)) for row in self._matrix()]


@dataclass(frozen=True)
class TwoBasins(Surface):
    r"""A curve with two valleys, $f(x) = \tfrac14 (x^2 - 1)^2 + c\,x$ with `tilt` for $c$.

    The valley on the left is the deeper one when the tilt is positive; the other is only a local
    minimum. Both exist for tilts below $2/(3\sqrt 3) \approx 0.385$.
    """

    tilt: float = 0.1
    dim = 1
    window = ((-2.0, 2.0),)

    def __post_init__(self):
        number("tilt", self.tilt, 0, 2 / (3 * np.sqrt(3)), high_open=True)

    def stationary_points(self):
        """The deep minimum, the barrier between, and the shallow minimum, from left to right."""
        return np.sort(np.roots([1.0, 0.0, -1.0, self.tilt]).real)

    @property
    def minimum(self):
        return (float(self.stationary_points()[0]),)

    def loss(self, x):
        return 0.25 * (x**2 - 1) ** 2 + self.tilt * x

    def slope(self, x):
        return [x**3 - x + self.tilt]


@dataclass(frozen=True)
class Ripples(Surface):
    r"""A parabola with a ripple, $f(x) = \tfrac12 x^2 (1 + a \cos(k \pi x))$.

    `height` is $a$ and `waves` is $k$. The ripple makes the border between learning rates that
    converge and those that do not infinitely jagged (after Sohl-Dickstein 2024).
    """

    height: float = 0.2
    waves: float = 20.0
    dim = 1
    minimum = (0.0,)
    window = ((-1.5, 1.5),)

    def __post_init__(self):
        number("height", self.height)
        number("waves", self.waves)

    def loss(self, x):
        return 0.5 * x**2 * (1 + self.height * np.cos(self.waves * np.pi * x))

    def slope(self, x):
        k = self.waves * np.pi
        return [x * (1 + self.height * np.cos(k * x)) - 0.5 * x**2 * self.height * k * np.sin(k * x)]


@dataclass(frozen=True)
class Rosenbrock(Surface):
    r"""The banana valley, $f(x, y) = (1 - x)^2 + b\,(y - x^2)^2$ (Rosenbrock 1960). `steepness` is $b$."""

    steepness: float = 100.0
    minimum = (1.0, 1.0)
    window = ((-2.0, 2.0), (-1.0, 3.0))

    def __post_init__(self):
        number("steepness", self.steepness)

    def loss(self, x, y):
        return (1 - x) ** 2 + self.steepness * (y - x**2) ** 2

    def slope(self, x, y):
        b, off = self.steepness, y - x**2
        return [-2 * (1 - x) - 4 * b * x * off, 2 * b * off]


@dataclass(frozen=True)
class Product(Surface):
    r"""Two weights in a row, $f(a, b) = \tfrac12 (ab - c)^2$ with `target` for $c$: a tiny deep network.

    Every point with $ab = c$ is a minimum, and the sharpness there is $a^2 + b^2$. `minimum` is the
    flattest of them with positive weights. Gradient descent with rate $\eta$ can rest only where
    $a^2 + b^2 \le 2/\eta$ (Lewkowycz et al. 2020).
    """

    target: float = 1.0
    window = ((-2.0, 4.0), (-2.5, 2.5))

    def __post_init__(self):
        number("target", self.target, 0, low_open=True)

    @property
    def minimum(self):
        return (float(np.sqrt(self.target)),) * 2

    def loss(self, a, b):
        return 0.5 * (a * b - self.target) ** 2

    def slope(self, a, b):
        off = a * b - self.target
        return [off * b, off * a]


@dataclass(frozen=True)
class Cliff(Surface):
    r"""A unit that feeds itself, $f(w, b) = (\sigma(x_n) - c)^2$ (Pascanu et al. 2013, figure 6).

    $x_t = w\,\sigma(x_{t-1}) + b$ for $t = 1, \dots, n$ = `steps`, from $x_0$ = `first`, with `target`
    for $c$. Where the unit jumps from one resting point to the other stands a cliff: flat on both
    sides, and the steeper between, the more steps: gradients above 100 with 50 of them.
    """

    steps: int = 50
    first: float = 0.5
    target: float = 0.7
    window = ((4.5, 6.5), (-3.2, -2.2))

    def __post_init__(self):
        object.__setattr__(self, "steps", whole("steps", self.steps, 1))
        number("first", self.first)
        number("target", self.target)

    def loss(self, w, b):
        s = float(_sigmoid(self.first))
        for _ in range(self.steps):
            s = _sigmoid(w * s + b)
        return (s - self.target) ** 2

    def slope(self, w, b):
        s, s_w, s_b = float(_sigmoid(self.first)), 0.0, 0.0  # the unit's output and its slopes by w and b
        for _ in range(self.steps):
            before, s = s, _sigmoid(w * s + b)
            s_w, s_b = s * (1 - s) * (before + w * s_w), s * (1 - s) * (1 + w * s_b)
        return [2 * (s - self.target) * s_w, 2 * (s - self.target) * s_b]


def _sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))  # overflows nowhere


@dataclass(frozen=True, eq=False)
class Bigram(Surface):
    r"""Which word comes next? A model with one weight for each pair of words, learnt from their counts.

    `counts` (V, V) says how often word j followed word i. The weights are the table $W$ in rows, so
    that `dim` is $V^2$; row i, through a softmax $p_i$, is the guess after word i. With the frequencies
    $\pi_i$ and $q_{ij}$, the share of j after i,

    $f(W) = \sum_i \pi_i \bigl(-\sum_j q_{ij} \log p_{ij}\bigr)$ and $\partial f/\partial W_{ij} =
    \pi_i (p_{ij} - q_{ij})$,

    the loss over all the text at once, in nats. It cannot fall below `floor`,
    $\sum_i \pi_i H(q_i)$. Row i learns from $\pi_i$ times the gradient that it would have as the only
    word: gradient descent at $\eta$ moves it as alone at $\eta \pi_i$ (after Kunstner et al. 2024).
    """

    counts: np.ndarray

    def __post_init__(self):
        counts = np.array(numeric("counts", self.counts, 0))
        if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.any():
            raise ValueError(f"counts must be a square table with a pair in it, got shape {counts.shape}")
        counts.setflags(write=False)
        object.__setattr__(self, "counts", counts)

    def __repr__(self):
        return f"Bigram({len(self.counts)} words, {self.counts.sum():g} pairs)"

    @property
    def dim(self):
        return self.counts.size

    @cached_property
    def frequencies(self):
        r"""$\pi$ (V,): the share of the pairs that begin with each word."""
        return self.counts.sum(axis=1) / self.counts.sum()

    @cached_property
    def following(self):
        """$q$ (V, V): what comes after each word, in shares; zeros after a word that nothing follows."""
        return self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1e-300)

    @cached_property
    def entropies(self):
        """$H(q_i)$ (V,), in nats: what stays unknown after each word, however well it is learnt."""
        q = self.following
        return -(q * np.log(np.where(q > 0, q, 1))).sum(axis=1)

    @property
    def floor(self):
        """The lowest loss there is, which weights only come near to."""
        return float((self.frequencies * self.entropies).sum())

    def excess(self, w):
        """How much there is still to learn about what follows each word, (..., V), in nats."""
        after = self._after_each(w)
        return after - self.entropies.astype(after.dtype)

    def __call__(self, w):
        after = self._after_each(w)
        loss = (self.frequencies.astype(after.dtype) * after).sum(axis=-1)
        return float(loss) if loss.ndim == 0 else loss

    def gradient(self, w):
        """Slope at each point, (..., dim)."""
        z, total = self._softmax(w)
        p = np.exp(z - total[..., None])
        pi, q = (array.astype(z.dtype) for array in (self.frequencies, self.following))
        return (pi[:, None] * (p - q)).reshape(np.shape(w))

    def hessian(self, w):
        r"""Curvatures (..., dim, dim): $\pi_i(\operatorname{diag} p_i - p_i p_i^T)$ in row i, or 0."""
        z, total = self._softmax(w)
        p, V = np.exp(z - total[..., None]), len(self.counts)
        blocks = self.frequencies[:, None, None] * (p[..., None] * np.eye(V) - p[..., None] * p[..., None, :])
        whole_table = np.eye(V)[:, None, :, None] * blocks[..., :, :, None, :]
        return whole_table.reshape(*np.shape(w)[:-1], self.dim, self.dim)

    def _after_each(self, w):
        """The loss after each given word, (..., V)."""
        z, total = self._softmax(w)
        follows = (self.frequencies > 0).astype(z.dtype)  # nothing to learn where nothing follows
        return follows * total - (self.following.astype(z.dtype) * z).sum(axis=-1)

    def _softmax(self, w):
        """The rows, their largest weight moved to zero (..., V, V); the log of their sums of exp (..., V)."""
        w, V = self._points(w), len(self.counts)
        z = w.reshape(*w.shape[:-1], V, V)
        z = z - z.max(axis=-1, keepdims=True)  # changes no softmax, and no exp overflows
        return z, np.log(np.exp(z).sum(axis=-1))
