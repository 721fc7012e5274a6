"""Numbers that others published or that follow from algebra, to test against. Each names its source.

Nothing here was computed with hpcourse. `momentum` is the weight of the past in v = momentum * v + lr * grad.
"""

import numpy as np

# keras-team/keras, keras/src/optimizers/{sgd,adam,rmsprop}_test.py, test_single_step; tolerance there 1e-4
KERAS_W = [1.0, 2.0, 3.0, 4.0]
KERAS_GRAD = [1.0, 6.0, 7.0, 2.0]
KERAS_LR = 0.5
KERAS_EPS = 1e-7
KERAS_SGD = [0.5, -1.0, -0.5, 3.0]
KERAS_ADAM = [0.5, 1.5, 2.5, 3.5]
KERAS_RMSPROP = [-0.5811, 0.4189, 1.4189, 2.4189]

# keras/src/optimizers/adam_test.py, test_weight_decay: w = 2, no gradient, lr 1, decay 0.004, three times
KERAS_DECOUPLED_DECAY = 1.9760959

# keras/src/optimizers/schedules/learning_rate_schedule_test.py, ExponentialDecay: 0.05 * 0.96 ** (5 / 10),
# and with staircase=True 0.1 * 0.96 ** (100 // 3)
KERAS_EXPONENTIAL = 0.048989794855663564
KERAS_STAIRCASE_AT_100 = 0.02599864358413614

# google-deepmind/optax, optax/schedules/_schedule_test.py
OPTAX_HALVING = [32, 16, 8, 4, 2]

# D2L, chapter_optimization/gd.md: x**2 from 10, ten steps, 10 * (1 - 2 lr)**10
D2L_GD_1D = {0.2: 0.060466176, 0.05: 3.486784401, 1.1: 61.917364224}
# the same chapter: x1**2 + 2 x2**2 from (-5, -2), lr 0.1, 20 steps
D2L_GD_2D = (-0.05764607523034242, -7.312316880125947e-05)
# D2L, chapter_optimization/momentum.md: 0.1 x1**2 + 2 x2**2 from (-5, -2), 20 steps; (lr, momentum) -> end
D2L_MOMENTUM_2D = {
    (0.4, 0.0): (-0.9434666458139835, -7.312316880125947e-05),
    (0.6, 0.0): (-0.38781396819094793, -1673.3651085056938),
    (0.6, 0.5): (0.007187866737294238, 0.0025532747547120736),
    (0.6, 0.25): (-0.1263396302056502, -0.18663223011516716),
}
# D2L, chapter_optimization/sgd.md: x1**2 + 2 x2**2 from (-5, -2), unit Gaussian noise on each coordinate of
# the gradient, the rate at step t = 2, 3, ...; exact expected losses (discrete Lyapunov recursion)
D2L_SGD_EXPECTED_LOSS = {
    ("constant", 50): 0.059028,
    ("constant", 1000): 0.059028,
    ("exponential", 50): 0.711135,
    ("exponential", 1000): 0.694665,
    ("square root", 50): 0.02251,
    ("square root", 1000): 0.005095,
}

# Distill, "Why momentum really works": lr * eigenvalue must stay below 2 (1 + momentum)
HEAVY_BALL_LIMIT = {0.0: 2.0, 0.5: 3.0, 0.9: 3.8}
# characteristic polynomial: complex roots have the modulus sqrt(momentum) (Distill prints 2 sqrt(beta))
HEAVY_BALL_COMPLEX_RATE = {0.5: 0.7071067811865476, 0.9: 0.9486832980505138}
# Distill, optimal (lr, momentum, rate) for eigenvalues 1 to kappa
HEAVY_BALL_BEST = {
    10: (0.23088615702040688, 0.26987386361223836, 0.5194938532959157),
    100: (0.03305785123966942, 0.6694214876033059, 0.8181818181818182),
}
# (lr, momentum g, eigenvalue l, noise variance s) -> variance of x in the long run,
# lr s (1 + g) / (l (1 - g) (2 (1 + g) - lr l))
STATIONARY_VARIANCE = {
    (0.1, 0.0, 1.0, 1.0): 0.052631578947368425,
    (0.1, 0.9, 1.0, 1.0): 0.5135135135135137,
    (0.5, 0.5, 2.0, 1.0): 0.375,
}

# Adam, beta1 = 0.9: |m| under a gradient of +1, -1, +1, ... (geometric series)
ADAM_ALTERNATING_M = 0.052631578947368425
# Kingma and Ba 2015, section 2.1: the largest step after very many zero gradients, in units of lr
ADAM_SPIKE = 3.1622776601683795
# zero gradient of the data, w = 1, lr 0.01, 50 steps: strength -> end, for an L2 penalty and for AdamW
ADAM_WITH_L2 = {0.1: 0.5368212185682943, 0.001: 0.5368259282523348}
ADAMW_DECAY = {0.1: 0.9512056281970314, 0.001: 0.9995001224804045}
# Reddi et al. 2018, theorem 1: Adam ends each cycle of three at +1 while the best point is -1
REDDI_ADAM_END = 1.0
# diag(1, 1e4) from (1, 1), lr 0.05, 300 steps of Adam: loss along the axes and turned by 45 degrees
ADAM_ROTATION_LOSS = {"aligned": 3.664e-11, "turned": 0.4897}

# LR range test of gradient descent on 3/2 x**2, rates geomspace(1e-4, 10, 401): the last rate below 2/3 is
# 10**-0.1875
RANGE_TEST_1D = (0.6493816315762113, 0.6666666666666666)
# twenty eigenvalues geomspace(0.01, 3): the lowest loss lags to this rate, 5.8 times 2/3
RANGE_TEST_20D = 3.868120546330525

# UCI Optical Recognition of Handwritten Digits, counted in the distributed test file (scikit-learn's digits)
DIGITS_PER_CLASS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def _faded(keep, terms):
    """Sum of the terms, the last whole, the one before times `keep`, and so on: a recursion written out."""
    return sum(keep ** (len(terms) - 1 - i) * term for i, term in enumerate(terms))


def _adam_step(g, lr, beta1, beta2, eps):
    squares = [x * x for x in g]
    m = (1 - beta1) * _faded(beta1, g) / (1 - beta1 ** len(g))
    v = (1 - beta2) * _faded(beta2, squares) / (1 - beta2 ** len(g))
    return lr * m / (v**0.5 + eps)


# rule -> how far one weight `w` moves downhill after the gradients `g`, the newest last. The papers' formulas
# as sums over all gradients, in Python's own numbers: no state and no NumPy
ORACLES = {
    "SGD": lambda w, g, lr: lr * g[-1],
    "Momentum": lambda w, g, lr, momentum: lr * _faded(momentum, g),
    "Nesterov": lambda w, g, lr, momentum: lr * (momentum * _faded(momentum, g) + g[-1]),
    "AdaGrad": lambda w, g, lr, eps: lr * g[-1] / (sum(x * x for x in g) ** 0.5 + eps),
    "RMSProp": lambda w, g, lr, rho, eps: (
        lr * g[-1] / (((1 - rho) * _faded(rho, [x * x for x in g])) ** 0.5 + eps)
    ),
    "Adam": lambda w, g, lr, beta1, beta2, eps: _adam_step(g, lr, beta1, beta2, eps),
    "AdamW": lambda w, g, lr, beta1, beta2, eps, weight_decay: (
        _adam_step(g, lr, beta1, beta2, eps) + lr * weight_decay * w
    ),
    # Chen et al. 2023, algorithm 2: the memory is a mean of the *earlier* gradients
    "Lion": lambda w, g, lr, beta1, beta2: (
        lr if beta1 * (1 - beta2) * _faded(beta2, g[:-1]) + (1 - beta1) * g[-1] > 0 else -lr
    ),
}


def central_difference(function, w, h):
    """Gradient (..., n) of `function` of (..., n) -> (...), one coordinate after the other."""
    columns = []
    for i in range(w.shape[-1]):
        step = np.zeros(w.shape[-1])
        step[i] = h
        columns.append((function(w + step) - function(w - step)) / (2 * h))
    return np.stack(columns, axis=-1)
