r"""Loss surfaces of one or two weights, small enough to draw.

A surface is called with points of shape (..., dim) and gives their losses (...). `gradient` gives
(..., dim) and `hessian` (..., dim, dim), both in closed form. `minimum` is the best point, `window`
a good part to draw, ((low, high), ...) for each weight.

    >>> bowl = Quadratic(eigenvalues=(1, 10))
    >>> bowl([1.0, 1.0]), bowl.gradient([1.0, 1.0])
    (5.5, array([ 1., 10.]))
"""

from dataclasses import dataclass

import numpy as np

from hpcourse._arguments import floating, number, numeric


class Surface:
    """A loss with its derivatives. A surface defines `loss`, `slope` and `curvature` of coordinates.

    Raises ValueError for points whose last axis is not `dim` long.
    """

    dim = 2
    minimum = None
    window = None

    def __call__(self, w):
        value = self.loss(*self._coordinates(w))
        return float(value) if np.ndim(value) == 0 else value

    def gradient(self, w):
        """Slope at each point, (..., dim)."""
        return np.stack(np.broadcast_arrays(*self.slope(*self._coordinates(w))), axis=-1)

    def hessian(self, w):
        """Second derivatives at each point, (..., dim, dim)."""
        rows = self.curvature(*self._coordinates(w))
        shape = np.shape(w)[:-1]
        return np.stack(
            [np.stack([np.broadcast_to(entry, shape) for entry in row], axis=-1) for row in rows], axis=-2
        )

    def grid(self, points=200):
        """Coordinates that cover the window, for drawing: `points` in every direction."""
        axes = [np.linspace(low, high, points) for low, high in self.window]
        return np.stack(np.meshgrid(*axes), axis=-1)

    def _coordinates(self, w):
        w = floating("w", w)
        if w.ndim == 0 or w.shape[-1] != self.dim:
            raise ValueError(f"w must have a last axis of length {self.dim}, got shape {w.shape}")
        return np.moveaxis(w, -1, 0)


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

    def _rotation(self):
        if not self.angle:
            return np.eye(self.dim)
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return np.array([[cos, sin], [-sin, cos]])

    def _matrix(self):
        turn = self._rotation()
        return (turn.T @ np.diag(self.eigenvalues) @ turn).tolist()

    def loss(self, *w):
        if not self.angle:
            return sum(0.5 * value * x**2 for value, x in zip(self.eigenvalues, w))
        return 0.5 * sum(x * s for x, s in zip(w, self.slope(*w)))

    def slope(self, *w):
        if not self.angle:
            return [value * x for value, x in zip(self.eigenvalues, w)]
        return [sum(entry * x for entry, x in zip(row, w)) for row in self._matrix()]

    def curvature(self, *w):
        return self._matrix()


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

    def curvature(self, x):
        return [[3 * x**2 - 1]]


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

    def curvature(self, x):
        k, a = self.waves * np.pi, self.height
        return [
            [1 + a * np.cos(k * x) - 2 * a * k * x * np.sin(k * x) - 0.5 * a * k**2 * x**2 * np.cos(k * x)]
        ]


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
        b = self.steepness
        return [-2 * (1 - x) - 4 * b * x * (y - x**2), 2 * b * (y - x**2)]

    def curvature(self, x, y):
        b = self.steepness
        return [[2 - 4 * b * (y - 3 * x**2), -4 * b * x], [-4 * b * x, 2 * b]]


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

    def curvature(self, a, b):
        mixed = 2 * a * b - self.target
        return [[b**2, mixed], [mixed, a**2]]
