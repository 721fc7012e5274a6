"""The capstone: a problem to tune, and a laboratory in which every training counts.

>>> lab = Laboratory(budget=3, file=None)
>>> lab.train(optimizer="Adam", lr=[0.001, 0.01])[1].lr
0.01
>>> lab.left
1
"""

import functools
import html
import itertools
import json
import math
import os
from dataclasses import asdict, dataclass, fields
from numbers import Real
from pathlib import Path

import numpy as np

from hpcourse.datasets import Dataset, digits
from hpcourse.frame.arguments import is_axis, whole
from hpcourse.frame.language import sentences, text
from hpcourse.networks import MLP
from hpcourse.optimizers import RULES
from hpcourse.schedules import CosineDecay, ExponentialDecay, LinearWarmup
from hpcourse.training import train

BUDGET, TARGET = 30, 0.94
EPOCHS, TRAINING, VALIDATION = 3, 1150, 287
WITH_MOMENTUM = [name for name, rule in RULES.items() if "momentum" in {f.name for f in fields(rule)}]
SCHEDULES = {
    "constant": lambda lr, steps: lr,
    "exponential": lambda lr, steps: ExponentialDecay(lr, 3 / steps),
    "cosine": lambda lr, steps: CosineDecay(lr, steps),
    "warmup + cosine": lambda lr, steps: LinearWarmup(steps // 5, CosineDecay(lr, steps - steps // 5)),
}
DEFAULTS = {"optimizer": "Adam", "lr": 0.001, "batch_size": 64, "schedule": "constant", "momentum": 0.9}
LARGEST_RATE, BATCH_SIZES, SEEDS, LARGEST_GRID = 1000, (8, 512), 1000, 10_000
FIXED = ("epochs", "updates", "budget", "target", "data", "network", "start")
KEEP = "HPCOURSE_KEEP_LOG"  # "no" in the environment: no log is read or written
SHOWN = 40  # characters of a wrong value


class Refused(ValueError):
    """Settings that cannot be used: `template` and `values` say why, in words for people."""

    def __init__(self, template, **values):
        super().__init__(template.format(**values))
        self.template, self.values = template, values

    def __str__(self):
        return text(self.template).format(**self.values)


def checked(settings, also=()):
    """All settings of a training, from those given and the defaults; raises `Refused` for what is wrong.

    `also` names what else the caller takes, to be told where a name is unknown.
    """
    known = text(", ").join((*DEFAULTS, *also))
    for name in settings:
        if name == "seed":
            raise Refused("Leave out `seed`: the check draws new starts of its own.")
        if name in FIXED:
            raise Refused(
                "`{name}` is not yours to choose: it is the same for everybody. The settings are {known}.",
                name=name,
                known=known,
            )
        if name not in DEFAULTS:
            shown = str(name)[:SHOWN]
            raise Refused("There is no setting `{name}`. The settings are {known}.", name=shown, known=known)
    chosen = DEFAULTS | dict(settings)
    for name, words in (("optimizer", RULES), ("schedule", SCHEDULES)):
        chosen[name] = _word(name, chosen[name], words)
    lr, momentum, (low, high) = _real(chosen["lr"]), _real(chosen["momentum"]), BATCH_SIZES
    if not 0 < lr <= LARGEST_RATE:
        raise Refused(
            "`lr` should be a number greater than 0 and at most {most}, got {got}.",
            most=LARGEST_RATE,
            got=_shown(chosen["lr"]),
        )
    if not _is_whole(chosen["batch_size"], low, high):
        raise Refused(
            "`batch_size` should be a whole number from {low} to {high}, got {got}.",
            low=low,
            high=high,
            got=_shown(chosen["batch_size"]),
        )
    if not 0 <= momentum < 1:
        raise Refused(
            "`momentum` should be a number from 0 up to, but not including, 1; got {got}.",
            got=_shown(chosen["momentum"]),
        )
    counts = chosen["optimizer"] in WITH_MOMENTUM
    whole_size = int(chosen["batch_size"])
    return chosen | {"lr": lr, "batch_size": whole_size, "momentum": momentum if counts else None}


def _word(name, value, known):
    for word in known:
        if isinstance(value, str) and word.lower() == value.strip().lower():
            return word
    raise Refused(
        "`{name}` should be one of {known}; got {got}.",
        name=name,
        known=text(", ").join(f'"{word}"' for word in known),
        got=_shown(value),
    )


def _real(value):
    """`value` as a float; NaN for what is no number, or too large for one."""
    try:
        return float(value) if isinstance(value, Real) and not isinstance(value, bool) else np.nan
    except OverflowError:
        return np.nan


def _is_whole(value, low, high):
    return low <= _real(value) <= high and _real(value) == int(value)


def _shown(value):
    shown = repr(value.item() if isinstance(value, np.generic) else value)
    return shown if len(shown) <= SHOWN else shown[:SHOWN] + "…"


@functools.cache
def problem():
    """The network, the digits to train on and choose by, and those kept for the report."""
    data = digits()
    X, y = np.concatenate([data.X_train, data.X_test]), np.concatenate([data.y_train, data.y_test])
    rest = TRAINING + np.random.default_rng(0).permutation(len(X) - TRAINING)
    choose, report = rest[:VALIDATION], rest[VALIDATION:]
    X_train, y_train = X[:TRAINING], y[:TRAINING]
    validation = Dataset("digits to choose by", X_train, y_train, X[choose], y[choose])
    drawer = Dataset("digits for the report", X_train, y_train, X[report], y[report])
    return MLP((64, 32, 10)), validation, drawer


def run(settings, seeds, drawer=False, lr=None):
    """The `History` of trainings with checked settings; `lr` replaces the rate, also by several."""
    network, validation, report = problem()
    settings = settings | ({} if lr is None else {"lr": lr})
    steps = -(-TRAINING // settings["batch_size"]) * EPOCHS
    rate = SCHEDULES[settings["schedule"]](settings["lr"], steps)
    more = {} if settings["momentum"] is None else {"momentum": settings["momentum"]}
    rule = RULES[settings["optimizer"]](rate, **more)
    data = report if drawer else validation
    return train(network, data, rule, batch_size=settings["batch_size"], epochs=EPOCHS, seed=list(seeds))


@dataclass(frozen=True)
class Trial:
    """One training of the log: its settings, its seed, and what came of it."""

    number: int
    optimizer: str
    lr: float
    batch_size: int
    schedule: str
    momentum: float | None
    seed: int
    accuracy: float | None  # on the validation images; None for a training that diverged

    @property
    def settings(self):
        """The settings as the check of the capstone takes them."""
        chosen = {name: getattr(self, name) for name in DEFAULTS}
        return {name: value for name, value in chosen.items() if value is not None}

    @property
    def diverged(self):
        """Whether the loss left all bounds."""
        return self.accuracy is None

    @property
    def key(self):
        """What makes a training the same as another: its settings and its seed."""
        return (*(getattr(self, name) for name in DEFAULTS), self.seed)


class Log:
    """Trainings of a laboratory, as a sequence of `Trial` that shows itself as a table."""

    def __init__(self, trials, made, budget):
        self.trials, self.made, self.budget = tuple(trials), tuple(made), budget

    def __len__(self):
        return len(self.trials)

    def __getitem__(self, index):
        return self.trials[index]

    @property
    def best(self):
        """The trial with the highest accuracy, None where there is none."""
        return max(self.trials, key=lambda trial: trial.accuracy or 0, default=None)

    @property
    def at_border(self):
        """The end, "low" or "high", where the best rate of all stands among those tried with its settings."""
        best = self._leader
        if best is None or best.diverged:
            return None
        rates = {trial.lr for trial in self.made if _but_the_rate(trial) == _but_the_rate(best)}
        ends = {min(rates): "low", max(rates): "high"}
        return ends.get(best.lr) if len(rates) > 1 else None

    @property
    def _leader(self):
        return Log(self.made, self.made, self.budget).best

    def _caption(self):
        counted = text("{used} of {budget} trainings made, {left} left.")
        caption = [counted.format(used=len(self.made), budget=self.budget, left=self.budget - len(self.made))]
        if self.at_border == "low":
            said = text(
                "The best so far is no. {number}; its rate is the smallest tried with its other settings."
            )
            caption.append(said.format(number=self._leader.number))
        elif self.at_border == "high":
            said = text(
                "The best so far is no. {number}; its rate is the largest tried with its other settings."
            )
            caption.append(said.format(number=self._leader.number))
        return sentences(*caption)

    def _table(self):
        head = [text("no."), text("optimizer"), text("learning rate"), text("batch size"), text("schedule"),
                text("momentum"), text("seed"), text("validation accuracy")]  # fmt: skip
        rows = []
        for trial in self.trials:
            result = text("diverged") if trial.diverged else f"{trial.accuracy:.1%}"
            result += " ✓" if (trial.accuracy or 0) >= TARGET else ""
            momentum = "" if trial.momentum is None else f"{trial.momentum:g}"
            rows.append([str(trial.number), trial.optimizer, f"{trial.lr:.4g}", str(trial.batch_size),
                         trial.schedule, momentum, str(trial.seed), result])  # fmt: skip
        return head, rows

    def __repr__(self):
        head, rows = self._table()
        lines = ["  ".join(row) for row in [head, *rows]] if rows else []
        return "\n".join([*lines, self._caption()])

    def _repr_html_(self):
        head, rows = self._table()
        headings = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in head)
        body = ""
        for trial, row in zip(self.trials, rows):
            bold = ' style="font-weight: bold"' if trial is self.best else ""
            body += f"<tr{bold}>{''.join(f'<td>{html.escape(value)}</td>' for value in row)}</tr>"
        table = f"<table><thead><tr>{headings}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
        return f"{table}<p>{html.escape(self._caption())}</p>"


def _but_the_rate(trial):
    return trial.optimizer, trial.batch_size, trial.schedule, trial.momentum


class Laboratory:
    """A laboratory for the capstone: `train`, look at `log` and `plot()`, until the budget is spent.

    The log is kept in `file`, where the folder can be written, and is found again after a restart of the
    notebook's kernel; `file=None` keeps nothing.
    """

    def __init__(self, budget=BUDGET, file="capstone_log.json"):
        self.budget = whole("budget", budget, 1)
        self.file = None if file is None or os.environ.get(KEEP) == "no" else Path(file)
        self._trials = self._read()[: self.budget]

    @property
    def left(self):
        """How many trainings may still be made."""
        return self.budget - len(self._trials)

    @property
    def log(self):
        """All trainings made so far, as a table."""
        return Log(self._trials, self._trials, self.budget)

    def train(
        self, optimizer="Adam", lr=0.001, batch_size=64, schedule="constant", momentum=0.9, seed=0, **others
    ):
        """Train with these settings, and show how well the network reads the validation images.

        Any of them may be a list: each of its values is a training of its own, several lists make a grid.
        What is already in the log costs nothing. Nothing is trained, and nothing lost, when a setting is
        wrong or the budget does not suffice; a sentence says so. Returns the `Log` of these trainings.
        """
        settings = {"optimizer": optimizer, "lr": lr, "batch_size": batch_size, "schedule": schedule}
        try:
            wanted = _grid(settings | {"momentum": momentum, "seed": seed} | others)
            trials = self._made_or_new(wanted)
        except Refused as refused:
            print(refused)
            trials = []
        return Log(trials, self._trials, self.budget)

    def _made_or_new(self, wanted):
        made = {trial.key: trial for trial in self._trials}
        new = [key for key in wanted if key not in made]
        if new and not self.left:
            raise Refused(
                "The budget is spent: all {budget} trainings are made. What does your log tell you?",
                budget=self.budget,
            )
        if len(new) > self.left:
            raise Refused(
                "This asks for {wanted} new trainings, and {left} are left. Nothing was trained.",
                wanted=len(new),
                left=self.left,
            )
        for key in new:
            *values, seed = key
            history = run(dict(zip(DEFAULTS, values)), [seed])
            accuracy = None if history.diverged[0] else round(float(history.test_accuracy[0]), 6)
            made[key] = Trial(len(self._trials) + 1, *key, accuracy)
            self._trials.append(made[key])
            self._write()
        return [made[key] for key in wanted]

    def plot(self):
        """Two figures of the log: accuracy against the learning rate, and in the order of the trainings."""
        from hpcourse.page import figures

        alt = text(
            "Validation accuracy, left against the learning rate, right in the order of the trainings "
            "({count} so far); the best is {best}. A dashed line marks the target, {target}."
        )
        best = self.log.best
        shown = f"{best.accuracy:.1%}" if best and not best.diverged else "–"
        figure = _drawn(self._trials)
        figures.show(figure, alt.format(count=len(self._trials), best=shown, target=f"{TARGET:.0%}"))

    def __repr__(self):
        rules = text(
            "{left} of {budget} trainings left. Settings: optimizer ({optimizers}), lr, batch_size "
            "({low} to {high}), schedule ({schedules}), momentum (of Momentum and Nesterov), seed."
        )
        return rules.format(
            left=self.left,
            budget=self.budget,
            optimizers=text(", ").join(RULES),
            low=BATCH_SIZES[0],
            high=BATCH_SIZES[1],
            schedules=text(", ").join(SCHEDULES),
        )

    def _read(self):
        try:
            rows = json.loads(self.file.read_text(encoding="utf-8")) if self.file else []
            return [_trial(number, row) for number, row in enumerate(rows, 1)]
        except (OSError, ValueError, TypeError, KeyError):  # there is none, or somebody has edited it
            return []

    def _write(self):
        if self.file is None:
            return
        try:
            rows = ",\n".join(json.dumps(asdict(trial)) for trial in self._trials)
            self.file.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
        except OSError:
            self.file = None
            print(text("This folder cannot be written to: the log lives only as long as the kernel."))


def _grid(settings):
    """The trainings that settings with lists ask for, each as the `key` of a `Trial`."""
    listed = {name: list(value) if is_axis(value) else [value] for name, value in settings.items()}
    for name, values in listed.items():
        if not values:
            raise Refused("`{name}` is an empty list: give it at least one value.", name=name)
    if (wanted := math.prod(map(len, listed.values()))) > LARGEST_GRID:
        raise Refused("This asks for {wanted} trainings at once. Nothing was trained.", wanted=wanted)
    keys = []
    for values in itertools.product(*listed.values()):
        chosen = dict(zip(listed, values))
        seed = chosen.pop("seed")
        if not _is_whole(seed, 0, SEEDS - 1):
            raise Refused(
                "`seed` should be a whole number from 0 to {most}, got {got}.",
                most=SEEDS - 1,
                got=_shown(seed),
            )
        keys.append((*checked(chosen, also=("seed",)).values(), int(seed)))
    return list(dict.fromkeys(keys))


def _trial(number, row):
    """A trial from a row of the file; raises ValueError, TypeError or KeyError for what is none."""
    (key,) = _grid({name: row[name] for name in (*DEFAULTS, "seed") if row[name] is not None})
    accuracy = row["accuracy"]
    if accuracy is not None and not 0 <= accuracy <= 1:
        raise ValueError(f"accuracy {accuracy}")
    return Trial(number, *key, accuracy)


def _drawn(trials):
    """Accuracy against the rate, all of it; and in the order of the trainings, the upper end."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MultipleLocator, PercentFormatter

    from hpcourse.page.figures import GREY, OPTIMIZER_MARKERS, OPTIMIZER_STYLES, plain_log

    figure = Figure(figsize=(9, 3.2), dpi=90, layout="constrained")
    by_rate, in_order = figure.subplots(1, 2)
    kinds = dict.fromkeys((trial.optimizer, trial.schedule != "constant") for trial in trials)
    for name, decays in kinds:
        some = [t for t in trials if (t.optimizer, t.schedule != "constant") == (name, decays)]
        colour, fill = OPTIMIZER_STYLES[name]["color"], None if decays else "none"
        style = {"ls": "", "marker": OPTIMIZER_MARKERS[name], "color": colour, "mfc": fill}
        height = [trial.accuracy or 0 for trial in some]
        label = f"{name}, {'decay' if decays else 'constant'}"
        by_rate.plot([trial.lr for trial in some], height, label=label, **style)
        in_order.plot([trial.number for trial in some], height, **style)
    for ax, label in ((by_rate, r"learning rate $\eta$"), (in_order, "number of the training")):
        ax.axhline(TARGET, color=GREY, ls="--", lw=1)
        ax.set_xlabel(label)
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    by_rate.set(ylabel="validation accuracy", xscale="log", ylim=(0, 1.03))
    in_order.set(ylim=(TARGET - 0.12, 1.0), xlim=(0, len(trials) + 1))
    in_order.yaxis.set_major_locator(MultipleLocator(0.04))
    plain_log(by_rate.xaxis)
    if trials:
        figure.legend(loc="outside right upper")
    return figure
