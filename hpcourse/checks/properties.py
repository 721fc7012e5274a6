"""What to say of a wrong answer that behaves like no known mistake: what its numbers give away."""

import numpy as np

from hpcourse.checks.here import TimeUp
from hpcourse.checks.task import LONGEST, Said, kind_of, say
from hpcourse.frame.language import Listed, sentences

# In plain words; anything else is reported by its name.
RAISED = {
    "NameError": "it uses a name that does not exist there ({said}). Spelling, or an import that is missing?",
    "UnboundLocalError": "it reads a variable before it has a value ({said}).",
    "ZeroDivisionError": "it divides by zero ({said}).",
    "IndexError": "it reaches past the end of an array or a list ({said}).",
    "KeyError": "it asks a dictionary for a key that is not there ({said}).",
    "AttributeError": "it asks an object for something that it does not have ({said}).",
    "ImportError": "an import failed ({said}).",
    "ModuleNotFoundError": "an import failed ({said}).",
    "StopIteration": "`next` asks for more than there is.",
    "EOFError": "it waits for `input`. A function gets what it needs as arguments.",
    "BdbQuit": "a breakpoint was left in it.",
    "RecursionError": (
        "it calls itself again and again: without an end, or once for each step, and Python allows about a "
        "thousand such calls. A formula or a loop needs none."
    ),
    "AssertionError": "one of its own `assert` lines failed ({said}).",
    "SystemExit": "it tries to leave Python with `exit`. A function ends with `return`.",
    "KeyboardInterrupt": "it raises an interrupt.",
}

ASKS_FIRST = say(
    "Worth knowing: before your function comes, its cell asks for something to be typed in (`input`). Where "
    "it is graded nobody answers, and the cell ends there, without your function."
)
AS_IF = say("In all tests your function chooses as if this were so.")
AS_IF_TWO = say("In all tests your function does what one does in which two things differ from the rule.")
NO_POWER = say("`^` is no power in Python: it compares bits. A power is written with two asterisks.")
RIGHT_AS_POWER = say("With them in its place, your function is right.")


def not_a_function(task, kind):
    """For an answer that cannot be called, of the type named `kind`."""
    return say(
        "The check needs the function itself, without parentheses after its name, and got {got}.",
        got=kind,
    )


def no_end(ending):
    """For an answer that never came back."""
    if ending == "time":
        return say(
            "Your function did not finish within 2 seconds, where a few thousandths are enough. "
            "Is there a loop that never ends?"
        )
    return say("Your function ended Python itself, or crashed it, so that there is nothing to compare.")


def unfinished(record):
    """Whether a `...` was left in the answer, and something was to be done with it."""
    if record.problem == "ellipsis":
        return True
    stopped = record.problem == "raised" and record.details.get("kind") in ("TypeError", "AttributeError")
    said = str(record.details.get("said"))
    # A list does not take `w[...] = ...`, and says so with the same word: there nothing is missing.
    return stopped and "ellipsis" in said and "indices must be" not in said


def parameter_order(task, order):
    """For an answer that takes its arguments in another order than the task hands them over."""
    names = ", ".join(task.names)
    moved = [name for name, other in zip(task.names, order) if name != other]
    if len(moved) == 2:
        return say(
            "Two parameters have changed places, `{one}` and `{other}`. Cells that call your function hand "
            "its arguments over in the order ({names}).",
            one=moved[0],
            other=moved[1],
            names=names,
        )
    return say(
        "Your function takes its parameters in the order ({order}), but cells that call it hand them over "
        "in the order ({names}).",
        order=", ".join(order),
        names=names,
    )


def overwrites(names):
    """For an answer that changes its arguments; None where there are none."""
    if not names:
        return None
    return say(
        "Worth knowing: your function, or one that it calls, overwrites {names}. The old values are gone "
        "for everybody who still needs them.",
        names=Listed(f"`{name}`" for name in names),
    )


def two_mistakes(fitting, words=False):
    """(id, message) for an answer that behaves like two mistakes; `fitting` are all such pairs.

    What all of them share is told, or the pair that changes fewest parts of the formula, or both of two such
    pairs; of more, none. A pair that does what another one does, and besides something of no effect, is none.

    Among few `words` two mistakes can agree by chance with others: there it is said how the answer behaves.
    """
    both = AS_IF_TWO if words else say("Two things differ from the rule.")
    changes = [{**one.parts, **other.parts}.items() for one, other in fitting]
    fitting = [pair for pair, its in zip(fitting, changes) if not any(others < its for others in changes)]
    common = [mistake for mistake in fitting[0] if all(mistake in pair for pair in fitting)]
    told = {frozenset(mistake.beside or mistake.message for mistake in pair) for pair in fitting}
    if len(told) == 1 or len(common) == 2:
        return "+".join(mistake.id for mistake in fitting[0]), Parts([both, *_told(fitting[0])])
    if common:
        message = say(common[0].beside or common[0].message)
        return common[0].id, Parts([message, say("And there is something else besides.")])
    fewest = min(map(_parts_changed, fitting))
    simplest = [pair for pair in fitting if _parts_changed(pair) == fewest]
    differently = {}
    for pair in simplest:
        differently.setdefault(frozenset(map(str, _told(pair))), pair)
    simplest = list(differently.values())
    if len(simplest) > 2:
        return None
    ids = "/".join("+".join(mistake.id for mistake in pair) for pair in simplest)
    or_else = say("Or, which comes to the same:")
    return ids, Parts([both, *_told(simplest[0]), *([or_else, *_told(simplest[1])] if simplest[1:] else [])])


def several_mistakes(told, more):
    """(id, message) for an answer that shows these mistakes; `more` says whether that is not all."""
    first = say("Several things differ from the rule.") if len(told) > 1 else None
    besides = say("And there is something else besides.") if more else None
    return "+".join(mistake.id for mistake in told), Parts([first, *_told(told), besides])


def one_message(mistakes):
    """Whether there are such mistakes, and all of them are told in the same words."""
    return len({mistake.beside or mistake.message for mistake in mistakes}) == 1


def _told(pair):
    return [say(mistake.beside or mistake.message) for mistake in pair]


def _parts_changed(pair):
    return sum(len(mistake.parts) for mistake in pair)


def remembers():
    """For an answer whose calls influence each other."""
    return say(
        "Called twice with the same arguments, your function gives two different results. "
        "Does it keep something between calls, in a global variable perhaps, or draw random numbers?"
    )


def passed(cases, records, task, remarks):
    """For a right answer: what was tried, where it does not apply, and the `remarks` on it."""
    notes = [case.forgiven(record.problem, record.details) for case, record in zip(cases, records)]
    notes += remarks
    if task.whole and any(seen.value.dtype.kind == "f" for record in records for seen in record.seen):
        notes.append(say("One detail: your result is a float. Python's `range` wants an int."))
    return Parts([say("Right in all {count} tests.", count=len(cases)), *notes])


def limited(beyond):
    """For an answer that is right but for `beyond`, what differs far outside of the ordinary cases."""
    kinds = {case.kind for case, *_ in beyond}
    if "other" in kinds:  # an ordinary one after all
        return say(
            "In the usual tests it is right, with the numbers below it is not. Does it treat some numbers in "
            "another way, stop too soon, or keep something between calls?"
        )
    if kinds == {"end"}:
        return say(
            "With the usual settings it is right; where one of them is zero or one, or hardly differs from "
            "that, it is not: see below. Is there a special case in it, or a sum that stops too soon?"
        )
    if kinds == {"repeats"}:
        return say(
            "With numbers that all differ it is right; where the same ones come twice it is not: see below."
        )
    if kinds == {"shape"}:
        fact = getattr(beyond[0][3][1], "name", "")
        return Parts(
            [
                say(
                    "With the usual arrays it is right, with one of another shape or length it is not: "
                    "see below."
                ),
                say("This should be so, and is not: {fact}.", fact=fact) if isinstance(fact, Said) else None,
            ]
        )
    return say(
        "With numbers of the usual size it is right, with very large or very small ones it is not: see "
        "below. Is there a limit in it, a rounding or a small number that the task does not ask for?"
    )


class Parts(Said):
    """Sentences one after the other."""

    def __init__(self, parts):
        self.parts = parts

    def __str__(self):
        return sentences(*dict.fromkeys(str(part) for part in self.parts if part))


def example(task, wrong):
    """[(what, text)]: the arguments of the first case that differs, and both numbers."""
    case, _, _, (_, right, given) = wrong
    rows = [(say("arguments"), _arguments(case))]
    if right is not None and 1 < right.step <= len(case.arguments.get("grads", ())):
        gradients = case.arguments["grads"][1 : right.step]  # without them nobody gets there by hand
        rows += [
            (say("grad in step {step}", step=step), _short(gradient))
            for step, gradient in enumerate(gradients, start=2)
        ]
    if right is not None:
        rows += [
            (say("{name} expected", name=label(right)), number_text(right.value)),
            (say("{name} obtained", name=label(right)), number_text(given.value)),
        ]
    return rows


def label(seen):
    """What a value is called in the table."""
    if seen.step:
        return say("{name} after step {step}", name=seen.name, step=seen.step)
    return say("result") if seen.name == "result" else seen.name


def printable(text):
    """Text without the halves of characters (surrogates) that no page can show."""
    return text.encode("utf-8", "replace").decode("utf-8")


def said(error):
    """An exception's own words; "" where it has none, or cannot say them."""
    try:
        return printable(str(error)[:LONGEST])
    except TimeUp:
        raise
    except BaseException:  # `__str__` is the learner's, too
        return ""


def in_a_line(error):
    """An exception as Python tells it: "ValueError: too many values"."""
    return f"{kind_of(error)}: {said(error)}".strip(": ")


def number_text(value):
    """Numbers as short as they can be told apart."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "U" and value.ndim == 0:
            return repr(printable(str(value)))[:80]
        value = np.array2string(value, precision=6, threshold=12, separator=", ", max_line_width=80)
    return str(value)[:300]


def _arguments(case):
    parts = []
    for name, value in case.arguments.items():
        if name == "grads":
            name, value = "grad", value[0]
        parts.append(f"{name} = {_short(value)}")
    return "\n".join(parts)[:800]


def _short(value):
    if isinstance(value, np.ndarray):
        name = "" if value.dtype.kind == "f" and value.dtype.itemsize == 8 else f" ({value.dtype})"
        return number_text(value) + name
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{key!r}: {number_text(np.asarray(item))}" for key, item in value.items()) + "}"
        )
    return str(value)[:120]


def of_all(task, cases, expected, records, wrong, steady):
    """What is true of all the results of a wrong answer of no known kind, or None.

    `steady()` says whether calls leave later ones alone.
    """
    for record in records:
        if record.problem == "raised" and any(record is given for _, _, given, _ in wrong):
            only = _only(cases, records, wrong)
            return Parts([_raised(task, record.details), *([only] if only else [])])
    first = wrong[0]
    if _half_precision(wrong):
        return say(
            "Right as far as float16 can tell: it keeps three digits, and what is smaller than a "
            "hundred-millionth becomes zero. float32 is exact enough."
        )
    fact = getattr(first[3][1], "name", "")
    if isinstance(fact, Said):
        return say("This should be so, and is not: {fact}.", fact=fact)
    if found := _unusable(task, first, records):
        return found
    if not steady():
        return remembers()
    if _constant(expected, records):
        return say("Your function gives the same result for every input, as if it did not use its arguments.")
    return None


def describe(task, cases, expected, records, wrong, unused):
    """The message for any other wrong answer; `unused()` names arguments that make no difference."""
    if found := _shape_or_nan(task, wrong, [what[0] for *_, what in wrong]):
        return found
    if _cut_off(expected, records):
        return say(
            "The fractions are gone: your results are whole numbers. Is something turned into integers?"
        )
    if strange := _strange(task, expected, records):
        return strange
    if names := unused():
        return _independent(task, cases, names)
    return _numbers(task, cases, expected, records, wrong)


def _independent(task, cases, names):
    """A sentence about single numbers among the arguments that change nothing, and one about arrays."""
    single = [name for name in names if isinstance(cases[0].arguments.get(name), int | float)]
    arrays = [name for name in names if name not in single]
    said = []
    if single:
        said.append(
            say(
                "Your results do not depend on {names}, and they should: another value changes nothing.",
                names=Listed(single),
            )
        )
    if single and arrays:
        said.append(say("Nor do they depend on the numbers in {names}.", names=", ".join(arrays)))
    elif arrays:
        said.append(
            say(
                "Your results do not depend on the numbers in {names}, and they should: others in their "
                "place change nothing.",
                names=Listed(arrays),
            )
        )
    return Parts(said)


def _half_precision(wrong):
    """Whether all that is wrong is what float16 makes of the right numbers."""
    for _, right, given, (kind, *_) in wrong:
        if kind not in ("value", "nan") or len(right.seen) != len(given.seen):
            return False
        for one, other in zip(right.seen, given.seen):
            if other.value.dtype != np.float16:
                return False
            size = np.abs(one.value).max(initial=0)
            if not np.allclose(one.value, other.value.astype(float), rtol=0.02, atol=0.02 * size + 1e-7):
                return False
    return bool(wrong)


def _raised(task, details):
    kind, said = details["kind"], details["said"]
    if kind == "TypeError" and "argument" in said and "line" not in details:
        return say(
            "Your function cannot be called as the task says: it must take ({names}), in this order. "
            "Python says: {said}.",
            names=", ".join(task.names),
            said=said,
        )
    if at_caret(said):
        return say(
            "It stops at `^`, which is no power in Python: it compares bits. A power is written with two "
            "asterisks."
        )
    if kind in RAISED:
        reason = say(RAISED[kind], said=said or kind)  # a bare `assert` says nothing
    else:
        reason = say("{kind} ({said}).", kind=kind, said=said) if said else say("{kind}.", kind=kind)
    if "line" in details:
        return say(
            "It stopped with an error in line {line} of `{function}`: {reason}",
            line=details["line"],
            function=details["function"],
            reason=reason,
        )
    return say("It stopped with an error: {reason}", reason=reason)


def in_words(line):
    """An error told as "ValueError: ...", as a sentence where there is one for its kind, else as it is."""
    kind, _, said = line.partition(":")
    return say(RAISED[kind], said=said.strip() or kind) if kind in RAISED else line


def at_caret(said):
    """Whether an error's words are those of a `^` between numbers that are not whole."""
    return "bitwise_xor" in said or "for ^" in said


def stopped_at_caret(record):
    """Whether the answer stopped with an error at a `^`."""
    return record.problem == "raised" and at_caret(str(record.details.get("said")))


def _unusable(task, first, records):
    _, right, given, (kind, *_) = first
    if kind == "nothing" and given.details:
        return say(
            "`{name}` comes back as nothing (None). Functions that work in place, such as shuffling, return "
            "nothing.",
            **given.details,
        )
    if kind == "nothing" and not all(record.problem for record in records):
        return say(
            "In some tests your function returns nothing (None), in others a result. Is there a way through "
            "it without a `return`, or one on which the result never gets a value?"
        )
    if kind == "nothing":
        return say(
            "Your function returns nothing (None). Does it end with `return`, on every way through it? "
            "Functions that work in place, such as shuffling, return nothing either."
        )
    if kind == "schedule":
        return say(
            "The schedule that you return should take one argument, the step `t`. Python says: {said}.",
            **given.details,
        )
    if kind == "no schedule":
        return say(
            "Return a schedule: a function that takes `t` and gives the learning rate of that step. Yours "
            "returns something else: {got}.",
            **given.details,
        )
    if kind == "setting":
        return say(
            "Your class should take the parameters to train, then the task's settings by their names. It "
            "does not take `{name}`.",
            **given.details,
        )
    if kind == "no rate":
        return say("You return a schedule, but asked about a step it returns nothing (None).")
    if kind == "packed":
        return say(
            "Your function returns results inside results. It should return {wanted} values side by side, in "
            "the task's order.",
            **given.details,
        )
    if kind == "in place":
        return say("With whole numbers it is wrong: such an array, changed in place, cuts fractions off.")
    if kind == "count":
        if given.details.get("wanted") == 1:
            return _not_one(given.details["got"])
        if "wanted" in given.details:
            return say(
                "Your function should return {wanted} values, in the task's order, and returns {got}.",
                **given.details,
            )
        return say("Your function gave fewer results than it should.")
    if kind == "type" and given.details and _is_word(right):
        return say("A word is asked for, and your function returns something else: {got}.", **given.details)
    if kind == "type" and given.details:
        return say("Your function returns something that is not numbers: {got}.", **given.details)
    if kind == "type" and first[3][1].value.dtype.kind == "U":
        return say("A word is asked for, and your function returns numbers: compare the two rows below.")
    if kind == "type":
        return say("Your function returns the wrong kind of thing: compare the two rows below.")
    if kind == "memory":
        return say(
            "Your function asks for more memory than it may have. Is an array growing with every step?"
        )
    if kind == "huge":
        return say("Your function returns {got} numbers, far more than it should.", **given.details)
    if kind == "pairs":
        return say(
            "A batch should be a pair of examples and labels; yours is something else: {got}.",
            **given.details,
        )
    if kind == "endless":
        return say(
            "Your batches never come to an end: after one pass through the data there should be no more."
        )
    return None


def _is_word(record):
    """Whether the right answer is a word (facts about batches are words, too, but have no such name)."""
    return any(seen.name == "result" and seen.value.dtype.kind == "U" for seen in record.seen)


def _not_one(got):
    return say("Your function should return a single value, and returns {got}.", got=got)


def _shape_or_nan(task, wrong, kinds):
    _, _, _, (kind, right, given) = wrong[0]
    if kind == "shape" and right.value.ndim == 0 and given.value.ndim == 1 and given.value.size > 1:
        return _not_one(given.value.size)
    if kind == "shape" and right.value.ndim == given.value.ndim == 1:
        return say(
            "{name} holds {got} numbers and should hold {wanted}.",
            name=label(right),
            got=given.value.size,
            wanted=right.value.size,
        )
    if kind == "shape" and right.value.dtype.kind == "U":
        return say("Return the word itself, not inside a list or an array.")
    if kind == "shape" and right.value.size == given.value.size:
        return say(
            "{name} has the shape {got} and should have {wanted}: as many numbers, arranged otherwise.",
            name=label(right),
            got=given.value.shape,
            wanted=right.value.shape,
        )
    if kind == "shape":
        return say(
            "{name} has the shape {got} and should have {wanted}. Was something averaged or added up "
            "along the wrong axis, or not at all?",
            name=label(right),
            got=given.value.shape,
            wanted=right.value.shape,
        )
    odd = [given.value for *_, (kind, _, given) in wrong if kind == "nan"]
    if odd and not any(np.isnan(value).any() for value in odd):
        return say(
            "The result is infinite where it should be a number. Is something divided by zero, or does it "
            "grow beyond all bounds?"
        )
    if "nan" in kinds and "grad" not in task.names:
        return say(
            "The result holds NaN or infinity where it should hold numbers. Is something divided by zero, or "
            "a logarithm or a root taken of a number that has none?"
        )
    if "nan" in kinds:
        return say(
            "The result holds NaN or infinity where it should hold numbers. Is something divided by zero, "
            "perhaps where a gradient is exactly zero?"
        )
    return None


def _only(cases, records, wrong):
    """What is special about the cases that differ, if others are right; or None."""
    kinds = {case.kind for case, *_ in wrong}
    answered = [case for case, record in zip(cases, records) if not record.problem]
    right = {case.kind for case in answered} - kinds
    every = {
        kind: all(any(case is one for one, *_ in wrong) for case in cases if case.kind == kind)
        for kind in kinds
    }
    if kinds == {"integers"} and "plain" in right:
        return say(
            "With whole numbers it is wrong: values are cut off to integers. An array made to look like an "
            "integer array cannot hold fractions."
        )
    if kinds == {"float32"} and "plain" in right:
        return say("With float32 it is less exact than float32 can be.")
    if kinds == {"lists"} and "plain" in right:
        return say("With arrays it is right, with lists it is not.")
    if kinds == {"random"} and "plain" in right:
        return say(
            "Right for the example numbers and wrong for others: is something typed in that should be "
            "computed from the arguments?"
        )
    flat = {"plain", "scalar", "random"}
    if kinds <= {"array", "matrix", "lists", "integers"} and "plain" in right and _all_flat(answered, flat):
        return say("With single numbers or flat arrays it is right, with other arrays it is not.")
    if kinds == {"scalar"} and "plain" in right:
        return say("With arrays it is right, with single numbers it is not.")
    if right == {"scalar"} and all(every.values()) and all(what[0] != "value" for *_, what in wrong):
        return say("With single numbers it is right, with arrays it is not.")
    return None


def _all_flat(cases, kinds):
    """Whether the cases of these kinds hold no array with more than one axis."""
    values = [value for case in cases if case.kind in kinds for value in case.arguments.values()]
    return all(
        not isinstance(value, dict) and np.ndim(value[0] if isinstance(value, list) and value else value) < 2
        for value in values
    )


def _numbers(task, cases, expected, records, wrong):
    """A message about numbers that have the right shape and the wrong values."""
    if task.words:
        return _words(task, expected, records)
    only = _only(cases, records, wrong)
    if only:
        return only
    if _all_steps(expected):
        found = _walk(expected, records, wrong)
        if found:
            return found
    if found := _limited(wrong, expected, records):
        return found
    factor = _factor(expected, records, _change)
    if factor is not None and abs(factor - 1) > 1e-4:
        if abs(factor + 1) < 1e-4:
            return say("The right size in the opposite direction: look at the sign.")
        factor = f"{factor:.4g}"
        if _all_steps(expected):
            return say(
                "Right up to a constant factor: every step is {factor} times what it should be.",
                factor=factor,
            )
        return say(
            "Right up to a constant factor: everything is {factor} times what it should be.", factor=factor
        )
    return say(
        "In {wrong} of {count} tests the result is not the right one. Work out the first of them, "
        "below, by hand and compare line by line.",
        wrong=len(wrong),
        count=len(cases),
    )


def _strange(task, expected, records):
    """About a word that nobody asked for; None where there is none."""
    if not task.words:
        return None
    given = {str(seen.value) for record in records for seen in record.seen}
    strange = sorted(given - {str(s.value) for r in expected for s in r.seen} - set(task.words))
    return strange and say(
        "Your function answers {got}, which is not one of the possible answers: {words}.",
        got=repr(printable(strange[0][:40])),
        words=Listed(task.words),
    )


def _limited(wrong, expected, records):
    """About results that are right until they reach a limit, and stay there; None where there is none."""
    pairs = [(a.value, b.value) for x, y in zip(expected, records) for a, b in zip(x.seen, y.seen)]
    if any(a.dtype.kind == "U" or a.shape != b.shape for a, b in pairs):
        return None
    right, given = (np.concatenate([np.ravel(part) for part in parts]) for parts in zip(*pairs))
    apart = ~np.isclose(right, given, rtol=1e-5, atol=1e-12)
    limits = set(given[apart].tolist())
    if len(limits) != 1 or apart.sum() < 2:
        return None
    (limit,) = limits
    if (given >= limit).all() and (right[apart] < limit).all():
        return say("Your results never fall below {limit}. The right ones do.", limit=f"{limit:.4g}")
    if (given <= limit).all() and (right[apart] > limit).all():
        return say("Your results never rise above {limit}. The right ones do.", limit=f"{limit:.4g}")
    return None


def _words(task, expected, records):
    right = sum(
        str(a.value) == str(b.value) for x, y in zip(expected, records) for a, b in zip(x.seen, y.seen)
    )
    return say(
        "{right} of {count} are right. Look at the first one that is not, below: which rule would "
        "tell it from the others?",
        right=right,
        count=sum(len(record.seen) for record in expected),
    )


def _constant(expected, records):
    """Whether all results are alike although the right ones are not."""
    return all_alike(records) and len(set(filter(None, map(_as_numbers, expected)))) > 1


def all_alike(records):
    """Whether one result, of single numbers, was given for everything."""
    given = [_as_numbers(record) for record in records if record.seen]
    numeric = list(filter(None, given))
    return len(numeric) >= max(3, len(given) - 2) and len(set(numeric)) == 1


def _as_numbers(record):
    """What was seen as single numbers; () where there are others."""
    values = [seen.value for seen in record.seen]
    single = all(value.dtype.kind in "biuf" and value.ndim == 0 for value in values)
    return tuple(map(float, values)) if single else ()


def _cut_off(expected, records):
    """Whether all numbers come out whole although the right ones are not."""
    pairs = [(a.value, b.value) for x, y in zip(expected, records) for a, b in zip(x.seen, y.seen)]
    given = np.concatenate([b.ravel() for _, b in pairs])
    right = np.concatenate([a.ravel() for a, _ in pairs])
    if given.dtype.kind == "U" or right.dtype.kind == "U" or len(np.unique(given)) < 4:
        return False
    return np.array_equal(given, np.round(given)) and np.mean(right == np.round(right)) < 0.5


def _all_steps(records):
    return all(seen.step for record in records for seen in record.seen)


def _walk(expected, records, wrong):
    """About update rules: which of the results is wrong, and from which step on."""
    wrong_at = {
        (right.name, right.step)
        for x, y in zip(expected, records)
        for right, given in zip(x.seen, y.seen)
        if right.value.shape == given.value.shape and not _same(right, given)
    }
    if not wrong_at:
        return None
    if min(step for _, step in wrong_at) > 1:
        return say(  # what goes from one step to the next was right, too
            "The first step is right in every test, later ones are not. They start from other numbers: does "
            "it treat some of them in another way, or keep something between calls?"
        )
    names = list(dict.fromkeys(seen.name for seen in expected[0].seen))
    ever = [name for name in names if any(name == at for at, _ in wrong_at)]
    at_first = [name for name in names if (name, 1) in wrong_at]
    if len(ever) < len(names):
        return say(
            "Right: {good}. Wrong: {bad}. Look at the lines that compute {bad}.",
            good=Listed(name for name in names if name not in ever),
            bad=Listed(ever),
        )
    if len(at_first) < len(names):
        return say(
            "In the first step {good} is right and {bad} is not: look at the lines that compute {bad}.",
            good=Listed(name for name in names if name not in at_first),
            bad=Listed(at_first),
        )
    return None


def _same(right, given):
    size = np.abs(right.value[np.isfinite(right.value)]).max(initial=0)
    return np.allclose(right.value, given.value, rtol=2e-5, atol=1e-6 * size, equal_nan=True)


def _change(seen):
    if seen.step > 1:
        return None
    value = seen.value.astype(float)
    if seen.start is None or seen.name != "w":
        return value if not seen.step or seen.name == "w" else None
    return value - seen.start if value.shape == np.shape(seen.start) else None


def _factor(expected, records, change):
    """The one factor between all the results and the right ones, or None."""
    ratios = []
    for x, y in zip(expected, records):
        for right, given in zip(x.seen, y.seen):
            if right.value.dtype.kind == "U" or given.value.dtype.kind == "U":
                return None
            a, b = change(right), change(given)
            if a is None or b is None or a.shape != b.shape:
                continue
            if not np.isfinite(b).all():
                return None
            large = np.abs(a) > 1e-6 * np.abs(a).max(initial=0)
            if not np.allclose(b[~large], 0, atol=1e-5 * np.abs(b).max(initial=0)):
                return None
            with np.errstate(all="ignore"):
                ratios.append((b[large] / a[large]).ravel())
    ratios = np.concatenate(ratios) if ratios else np.zeros(0)
    if len(ratios) < 3 or not np.isfinite(ratios).all() or abs(ratios[0]) < 1e-12:
        return None
    return float(ratios[0]) if np.allclose(ratios, ratios[0], rtol=1e-4) else None
