"""Sealed predictions, as the builder sees them: no answer may be seen before the learner has given one.

A prompt ("**Predict**", "先預測") is followed by a cell that begins with `hp.predict(key)`. Such a cell is
stored with the question alone. What it shows stands in `notebooks/sealed/`: its texts, which nbval's run has
to repeat, in a file for each notebook; its pictures, for the site, in a folder of the same name.
"""

import ast
import base64
import hashlib
import io
import json
import re
import tokenize

from hpcourse.frame import language as course_language
from hpcourse.page import predictions, quizzes
from hpcourse.page.figures import alternative

PROMPT = re.compile(
    r"(?:^|[.!?:*(]\s*|[\s>-]\*\*)Predict\b|(?:先|\*\*)(?:預測|猜)|(?:預測|猜)(?:看看|猜看|一下|[:：])", re.M
)
FORESEE = re.compile(r"^#+ .*$|`[^`]*`", re.M)  # a heading that says "Predict the noise" asks nothing yet
SEAL = re.compile(r"^with hp\.(predict|after)\(\s*[\"']([\w-]+)[\"']\s*\):", re.M)
FOLD = re.compile(r"<details>\s*<summary>([^<\n]+)</summary>\n\n.+\n\n</details>\s*", re.S)
WHY = re.compile(r"\bwhy\b|為什麼|為何", re.I)  # says that something is so
HEADING = re.compile(r"^#{1,6} ", re.M)
WORDS = re.compile(r"[A-Za-z]{4,}|\d[\d.,]*\d|[一-鿿]+")
NUMBER = re.compile(r"\d[\d.]+(?:e-?\d+)?|\de-?\d+")  # as it stands in code; one digit alone says little
SHORTEST_CHINESE = 4  # characters in a row that two texts have in common and that say something
COMMON = """ about after again before between both each from have here into just like more most much once only
over same side some than that their them then there they this time very what when where which while with """


def seal_of(cell):
    """("predict" or "after", key) of a code cell, None if it is not sealed."""
    found = SEAL.search(cell.source) if cell.kind == "code" else None
    return (found[1], found[2]) if found else None


def source_faults(lesson):
    """Prompts without a seal, and what gives the answer away in the source; each is named once."""
    return list(dict.fromkeys(_source_faults(lesson)))


def _source_faults(lesson):
    for cell in lesson.cells:
        if cell.kind == "code":
            yield from _faults_of_code(cell, lesson.languages)
    for language in lesson.languages:
        cells = [cell for cell in lesson.cells if cell.lang in ("", language)]
        for i, cell in enumerate(cells):
            exercises = "exercises" in lesson.path.stem
            if cell.lang and asks(cell.source) and not _committed(cells[i + 1 :], exercises):
                yield cell.fault(
                    "asks for a prediction, but the next code cell is not sealed: begin that with"
                    ' `with hp.predict("KEY"):`, and see "A prediction" in CONTRIBUTING.md',
                    "redict" if language == "en" else "預測",
                )
            if seal := seal_of(cell):
                yield from _seen_after(cells, i, *seal, language)


def asks(text):
    """Whether a text asks the reader to predict something."""
    return bool(PROMPT.search(FORESEE.sub(" ", text)))


def _committed(cells, exercises):
    """Whether `cells` show nothing before the learner answers: a sealed cell comes first.

    In exercises an answer that is checked will do, if it comes before the next heading.
    """
    for cell in cells:
        if cell.kind == "code":
            sealed = (seal_of(cell) or ("",))[0] == "predict"
            if sealed or cell.secret or not exercises:
                return sealed or bool(cell.secret)
        elif HEADING.match(cell.source):
            return False
    return False


def shown_keys(code):
    """The second argument of each `hp.show`, None if it is no plain string."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "hp.show" and len(node.args) > 1:
            yield getattr(node.args[1], "value", None)


def _faults_of_code(cell, languages):
    for key in shown_keys(cell.solved) if "hp.show(" in cell.source else ():
        if not isinstance(key, str) or not re.fullmatch(r"\w+-[\w-]+", key):
            yield cell.fault(
                'say hp.show(fig, "KEY"): the words stand in hpcourse/page/alternatives/', "hp.show("
            )
            continue
        try:
            alternative(key)
        except ValueError as error:
            yield cell.fault(str(error), key)
    if "hp.predict(" in cell.source or "hp.after(" in cell.source:
        body = [line for line in cell.source.split("\n") if line.strip()]
        if not (body and SEAL.match(body[0]) and all(line[0] in " )]}" for line in body[1:])):
            yield cell.fault(
                'a sealed cell is one block: its first line is `with hp.predict("KEY"):`, the rest is in it',
                "hp.",
            )
            return
        _, key = seal_of(cell)
        try:
            question = quizzes.find_question(key)
        except ValueError as error:
            yield cell.fault(str(error), key)
            return
        for language in languages:
            for text in said_in(cell.source):
                if found := answer_in(text, question, language):
                    yield cell.fault(
                        f"says {found!r}, as the right answer to {key!r} does: take it out", text[:30]
                    )
        if found := number_in(cell.solved, question):
            yield cell.fault(
                f"holds {found}, which of the answers to {key!r} only the right one has: take it out", found
            )


def _seen_after(cells, i, kind, key, language):
    """Texts and code up to the next heading that answer what the cell at `i` asks."""
    try:
        question = quizzes.find_question(key)
    except ValueError:
        return
    right_below = kind == "predict"
    for cell in cells[i + 1 :]:
        if cell.kind != "code" and HEADING.match(cell.source):
            return
        if cell.kind == "code":
            if cell.secret or "hp.check(" in cell.source:
                return
            said = [] if seal_of(cell) else said_in(cell.source)
            right_below = right_below and not said
        elif fold := FOLD.fullmatch(cell.source):
            said, right_below = [fold[1]], False
            if found := WHY.search(fold[1]):
                yield cell.fault(
                    f"a fold is named before it is opened: {fold[1]!r} tells what happens", found[0]
                )
        elif "<details" in cell.source:
            advice = "<details><summary>...</summary>, an empty line, the text, an empty line, </details>"
            yield cell.fault(f"a fold is the whole cell: {advice}", "<details")
            continue
        elif right_below and not asks(cell.source):
            yield cell.fault(f"stands open right below the prediction {key!r}: put it in a fold")
            right_below = False
            continue
        else:
            said, right_below = [cell.source], False
        for text in said:
            if found := answer_in(text, question, language):
                yield cell.fault(
                    f"says {found!r}, as the right answer to {key!r} does: put it in a fold, not in its name",
                    found,
                )


def said_in(code):
    """The comments and the strings of `code`, each a text."""
    texts = []
    for token in _tokens(code):
        if token.type == tokenize.COMMENT:
            texts.append(token.string)
    tree = ast.parse(code)
    specs = {id(part) for node in ast.walk(tree) if isinstance(node, ast.FormattedValue) and node.format_spec
             for part in ast.walk(node.format_spec)}  # fmt: skip
    keys = set(re.findall(r"hp\.(?:show|predict|after)\([^\"')]*[\"']([^\"']+)", code))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in specs:
            texts += [node.value] if node.value not in keys else []
    return texts


def answer_in(text, question, language):
    """What `text` has in common with the right answer and not with the question's other words, or ""."""
    translate = course_language._catalogue(language).get
    options = [translate(answer, answer) for answer, _ in question.options]
    right = options.pop(question.right)
    elsewhere = [*options, translate(question.prompt, question.prompt)]
    telling = _telling(right) - set().union(*map(_telling, elsewhere))
    shared = telling & _telling(text)
    words = {word for word in telling if word[0] < "一"}
    enough = shared - words or 2 * len(shared) >= len(words)  # one word of a long answer says little
    return min(shared, default="", key=lambda word: (-len(word), word)) if enough else ""


def number_in(code, question):
    """A number of `code` that among the answers only the right one has, or "".

    Where the code holds the numbers of every answer, it tells nothing: they are what is compared.
    """
    numbers = {token.string for token in _tokens(code) if token.type == tokenize.NUMBER}
    answers = [set(NUMBER.findall(answer)) for answer, _ in question.options]
    own = [has.difference(*answers[:k], *answers[k + 1 :]) for k, has in enumerate(answers)]
    told = own[question.right] & numbers
    return "" if all(has & numbers for has in own if has) else min(told, default="")


def _tokens(code):
    return tokenize.generate_tokens(io.StringIO(code + "\n").readline)


def _telling(text):
    """The words of a text that may give something away; of Chinese, all runs of some characters."""
    found = set()
    for word in WORDS.findall(text):
        if word[0] >= "一":
            found |= {word[k : k + SHORTEST_CHINESE] for k in range(len(word) - SHORTEST_CHINESE + 1)}
        elif f" {word.lower()} " not in COMMON.replace("\n", " "):  # those give nothing away
            found.add(word.lower().rstrip("s") if word[0].isalpha() else word.rstrip(".,"))
    return found


def take(nb):
    """Take what is sealed out of an executed notebook: [(cell, key, outputs)]."""
    found = []
    for cell in (c for c in nb.cells if c.cell_type == "code"):
        for output in cell.outputs:
            if sealed := output.get("data", {}).pop(predictions.MIME, None):
                found.append((cell, sealed["key"], sealed["outputs"]))
    return found


def side_file(notebook):
    """Where the texts of a notebook's sealed cells stand; its pictures stand in the folder of that name."""
    name = notebook.name.removeprefix("notebooks/").replace(".ipynb", ".json")
    return notebook.lesson.root / "notebooks/sealed" / name


def keep(notebook, found):
    """Write what `take` found: the texts, and for the site the learners' pictures."""
    file, blocks = side_file(notebook), {}
    folder = file.with_suffix("")
    for old in folder.glob("*.png"):
        old.unlink()
    for cell, key, outputs in found:
        for number, output in enumerate(outputs):
            if "picture" in output:
                name = f"{cell.id}-{number}.png"
                if notebook.kind == "learner":
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / name).write_bytes(base64.b64decode(output["picture"]))
                outputs[number] = output | {"picture": name}
        compared = "nbval-ignore-output" not in cell.metadata.get("tags", [])
        blocks.setdefault(key, []).append({"cell": cell.id, "compared": compared, "outputs": outputs})
    if blocks:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(blocks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    else:
        file.unlink(missing_ok=True)


def read(file):
    """{cell id: (key, outputs)} of a side file; empty if it is missing or broken."""
    try:
        blocks = json.loads(file.read_text(encoding="utf-8"))
        return {block["cell"]: (key, block["outputs"]) for key, found in blocks.items() for block in found}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def kept(notebook):
    """Digests of a notebook's side file and of the pictures beside it."""
    file = side_file(notebook)
    for path in [file, *sorted(file.with_suffix("").glob("*.png"))]:
        if path.exists():
            yield f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def seals_in(notebook):
    """{cell id: ("predict" or "after", key)} of a notebook's sealed cells."""
    return {i: seal for i, cell in notebook.cells.items() if (seal := seal_of(cell))}


def missing(notebook):
    """The sealed cells of which the side file, or a picture beside it, is missing."""
    file = side_file(notebook)
    kept = read(file)
    for i, (_, key) in seals_in(notebook).items():
        known, outputs = kept.get(i, ("", ()))
        pictures = [output["picture"] for output in outputs if "picture" in output]
        lost = notebook.kind == "learner" and [p for p in pictures if not (file.with_suffix("") / p).exists()]
        if known != key or lost:
            yield i


def stored_faults(notebook, nb):
    """What a stored notebook shows of what is sealed, and what its side file lacks."""
    sealed = seals_in(notebook)
    for cell in (c for c in nb.cells if c.get("id") in sealed):
        kind, key = sealed[cell.id]
        if [set(o.get("data", {})) for o in cell.outputs] != [{"text/html", "text/plain"}] or (
            kind == "predict" and not _is_the_question(cell.outputs[0].data, key, notebook.language)
        ):
            yield notebook.fault(
                cell, f"{notebook.name} shows more than the question {key!r}: {notebook.again}", key
            )
    for i in missing(notebook):
        yield notebook.fault(i, f"notebooks/sealed lacks what it hides in {notebook.name}: {notebook.again}")
    file = side_file(notebook)
    for left in sorted(set(read(file)) - set(sealed)):
        name = file.relative_to(notebook.lesson.root).as_posix()
        yield f"{notebook.lesson.file}:1: {name} has the cell {left}, which is not sealed: {notebook.again}"
    yield from _answers_in_outputs(notebook, nb, sealed)


def _is_the_question(data, key, language):
    before = course_language.current_language()
    course_language.use_language(language)
    try:
        return dict(data) == predictions.stored(quizzes.find_question(key))
    except ValueError:
        return True  # said of the source already
    finally:
        course_language.use_language(before)


def _answers_in_outputs(notebook, nb, sealed):
    """Stored outputs, up to the next heading, that say what the right answer says."""
    question, key = None, ""
    for cell in nb.cells:
        if cell.get("id") in sealed:
            key = sealed[cell.id][1]
            try:
                question = quizzes.find_question(key)
            except ValueError:
                question = None
        elif cell.cell_type != "code":
            question = None if HEADING.match(cell.source) else question
        elif question and not re.search(r"\bhp\.(check|quiz)\(", cell.source):
            for output in cell.outputs:
                texts = [output.get("text", ""), *map(str, (output.get("data") or {}).values())]
                texts = [text for text in texts if not text.startswith("iVBOR")]
                if found := next(
                    filter(None, (answer_in(t, question, notebook.language) for t in texts)), ""
                ):
                    message = f"in {notebook.name} shows {found!r}, as the right answer to {key!r} does"
                    yield notebook.fault(cell, f'{message}: begin it with `with hp.after("{key}"):`')
