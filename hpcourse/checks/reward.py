"""What a right rule earns: it trains a network on the handwritten digits, and its author watches."""

import base64
import html
import io

import numpy as np

from hpcourse.checks.isolation import run_apart
from hpcourse.checks.task import Answer, say
from hpcourse.checks.tasks import TASKS
from hpcourse.datasets import digits, minibatches
from hpcourse.networks import MLP

SIZES, BATCH, EPOCHS, SEED = (64, 32, 10), 64, 8, 0
SHOWN = 10  # test images under the curve
SECONDS = 6.0
EVERY = 2  # epochs from one picture to the next


def _zeros(names):
    return lambda w: {name: np.zeros_like(w) for name in names}


def _rule(names="", count=None, **settings):
    """An update rule with memory `names`; `count` is the step number it wants, if it wants one."""

    def update(answer, w, grad, state, t):
        given = {"w": w, "grad": grad, **state, **settings} | ({"t": t + 1} if count else {})
        after = answer(**given)
        if not names:
            return np.asarray(after, float), state
        after = list(after.values()) if isinstance(after, dict) else list(after)
        return np.asarray(after[0], float), dict(zip(names, after[1:]))

    return _zeros(names), update


def _schedule(**settings):
    """A schedule, which sets the learning rate of plain gradient descent."""

    def update(answer, w, grad, state, t):
        return w - float(answer(**settings, t=t)) * grad, state

    return _zeros(""), update


ADAM = {"lr": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
PLAIN = (_zeros(""), lambda answer, w, grad, state, t: (w - 0.3 * grad, state))
RULES = {
    "gd_step": _rule(lr=0.3),
    "exponential_decay": _schedule(lr0=0.8, rate=0.01),
    "linear_warmup": _schedule(peak_lr=0.5, warmup_steps=46),
    "warmup_then_decay": _schedule(peak_lr=0.8, warmup_steps=23, rate=0.01),
    "minibatches": PLAIN,
    "momentum_step": _rule("v", lr=0.05, momentum=0.9),
    "nesterov_step": _rule("v", lr=0.05, momentum=0.9),
    "rmsprop_step": _rule("v", lr=0.01, rho=0.9, eps=1e-8),
    "adam_step": _rule("mv", count=True, **ADAM),
    "adamw_step": _rule("mv", count=True, weight_decay=0.01, **ADAM),
}


def run(task, answer):
    """Train with the learner's rule: the loss of each update, guesses and accuracy after each epoch."""
    init, update = RULES[task]
    data, network, rng = digits(), MLP(SIZES), np.random.default_rng(SEED)
    own_batches = task == "minibatches"
    w = network.init(SEED).astype(float)
    state, losses, guesses, accuracy, t = init(w), [], [], [], 0
    for epoch in range(EPOCHS + 1):
        guesses.append(network.predict(w, data.X_test[:SHOWN]))
        accuracy.append(network.accuracy(w, data.X_test, data.y_test))
        if epoch == EPOCHS:
            break
        if own_batches:
            batches = answer(X=data.X_train, y=data.y_train, batch_size=BATCH, rng=rng)
        else:
            batches = minibatches(data.X_train, data.y_train, BATCH, rng)
        for X, y in batches:
            loss, grad = network.loss_and_gradient(w, np.asarray(X), np.asarray(y))
            w, state = update(answer, w, grad, state, t)
            losses.append(float(loss))
            t += 1
    return {"loss": np.array(losses), "guesses": np.array(guesses), "accuracy": np.array(accuracy)}


class Training:
    """A training with a learner's rule, shown where its check is shown."""

    def __init__(self, task, answer):
        self.task = task
        self.work = lambda: run(task, Answer(answer, TASKS[task].names))

    def show(self):
        """Train, then play the training back; silent where the rule does not get there.

        The verdict stands above already. Whoever does not want to wait interrupts the cell.
        """
        try:
            self._show()
        except KeyboardInterrupt:
            print(say("The training with your function was stopped. That your answer is right stands."))

    def _show(self):
        from IPython.display import display

        outcome = run_apart(self._safely, SECONDS)
        if outcome.ending != "done" or outcome.value is None:
            return
        told = outcome.value
        alt = str(
            say(
                "Your own function trains a network: after {epochs} epochs it reads {share} of the digits "
                "that it has never seen.",
                epochs=EPOCHS,
                share=f"{told['accuracy'][-1]:.0%}",
            )
        )
        handle = None
        for picture in frames(told):
            png = base64.b64encode(picture).decode()
            image = f'<img src="data:image/png;base64,{png}" alt="{html.escape(alt)}" width="640">'
            bundle = {"text/html": image, "image/png": png, "text/plain": alt}
            if handle:
                handle.update(bundle, raw=True)
            else:
                handle = display(bundle, raw=True, display_id=True)

    def _safely(self):
        try:
            return self.work()
        except Exception:  # the rule is right where it was checked; what else it meets is no mistake
            return None


def frames(told):
    """A PNG for every other epoch: the loss so far, and what the network now takes some digits for."""
    from matplotlib.figure import Figure

    from hpcourse.page import lettering
    from hpcourse.page.figures import BLUE, GREY

    data, losses, epochs = digits(), told["loss"], len(told["accuracy"]) - 1
    per_epoch = len(losses) // epochs
    figure = Figure(figsize=(6.4, 3.2), dpi=100, layout="constrained")
    grid = figure.add_gridspec(2, SHOWN, height_ratios=(2.6, 1))
    ax = figure.add_subplot(grid[0, :])
    (line,) = ax.plot([], [], color=BLUE, lw=1.2)
    ax.set(xlim=(0, len(losses)), ylim=(losses.min() / 1.5, 1.5 * losses.max()), yscale="log")
    ax.set(xlabel="update", ylabel="loss")
    title = ax.set_title("")
    names = []
    for i in range(SHOWN):
        panel = figure.add_subplot(grid[1, i])
        panel.imshow(data.X_test[i].reshape(8, 8), cmap="Greys")
        panel.set(xticks=[], yticks=[])
        names.append(panel.set_xlabel("0 x"))
    for epoch in range(0, epochs + 1, EVERY):
        line.set_data(np.arange(epoch * per_epoch), losses[: epoch * per_epoch])
        share = f"{told['accuracy'][epoch]:.0%}"
        words = say("your function, epoch {epoch}: reads {share} of unseen digits", epoch=epoch, share=share)
        title.set_text(str(words))
        for name, guess, right in zip(names, told["guesses"][epoch], data.y_test):
            hit = guess == right
            name.set(text=f"{guess}" if hit else f"{guess} ✗", color="black" if hit else GREY)
        lettering.translate(figure)
        picture = io.BytesIO()
        figure.savefig(picture, format="png")
        figure.set_layout_engine("none")  # the first frame's layout holds for all
        yield picture.getvalue()
