"""hpcourse: the hyperparameters that decide whether a neural network learns.

Everything a lesson uses is a name of this package; figures and widgets are loaded at first use.
"""

import sys
from importlib import import_module

from hpcourse import datasets, networks, optimizers, schedules, surfaces, training
from hpcourse.datasets import Dataset, bigram_counts, digits, linear_regression, minibatches, moons, spirals
from hpcourse.frame import course, language
from hpcourse.frame.language import current_language, say, use_language
from hpcourse.networks import MLP, linear_regression_model, softmax_regression
from hpcourse.optimizers import SGD, AdaGrad, Adam, AdamW, Lion, Momentum, Nesterov, RMSProp
from hpcourse.schedules import (
    Constant,
    CosineDecay,
    ExponentialDecay,
    GeometricRamp,
    InverseTimeDecay,
    LinearWarmup,
    StepDecay,
    WarmupStableDecay,
)
from hpcourse.surfaces import Bigram, Cliff, Product, Quadratic, Ripples, Rosenbrock, TwoBasins
from hpcourse.training import History, Path, descend, train

__version__ = "0.2.0"

# `import hpcourse.language` works as it did before the two moved.
sys.modules |= {"hpcourse.course": course, "hpcourse.language": language}

# Loaded at first use: matplotlib and ipywidgets take longer to import than all the rest.
_MODULES = {
    "explorers": "hpcourse.page.explorers",
    "figures": "hpcourse.page.figures",
    "live": "hpcourse.page.live",
    "measure": "hpcourse.measure",
    "quizzes": "hpcourse.page.quizzes",
}
_NAMES = {
    "hpcourse.checks": "check",
    "hpcourse.frame.cores": "seeds",
    "hpcourse.frame.stored": "measured",
    "hpcourse.measure": "gradient_noise_scale lr_range_test regimes replay sharpness updates_to_target",
    "hpcourse.page.figures": "show use_style",
    "hpcourse.page.laboratory": "Laboratory",
    "hpcourse.page.live": "LiveFigure",
    "hpcourse.page.needs": "needs",
    "hpcourse.page.predictions": "after predict",
    "hpcourse.page.quizzes": "quiz",
    "hpcourse.page.recap": "progress",
    "hpcourse.page.scale_up": "ScaleUp",
}
_LATER = _MODULES | {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name):
    if name.startswith("explore_"):
        return getattr(import_module("hpcourse.page.explorers"), name)
    if name not in _LATER:
        raise AttributeError(f"module 'hpcourse' has no attribute {name!r}")
    module = import_module(_LATER[name])
    return module if name in _MODULES else getattr(module, name)


def __dir__():
    return sorted([*globals(), *_LATER, *dir(import_module("hpcourse.page.explorers"))])
