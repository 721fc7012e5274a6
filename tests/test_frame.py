"""What surrounds the course: environments, links, messages and the figures' text alternatives."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po

from hpcourse.checks import READINGS, TASKS
from hpcourse.checks.contest import Contest
from hpcourse.checks.properties import RAISED
from hpcourse.checks.reading import Reading
from hpcourse.frame import language
from hpcourse.frame.course import COURSE, LANGUAGES, modules

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TRANSLATED = [code for code in LANGUAGES if code != "en"]
COMPLETE = [  # others have the messages of their own days
    code
    for code in TRANSLATED
    if all((ROOT / "notebooks" / code / f"{name}.ipynb").exists() for name in COURSE.notebooks)
]


def conda_packages(path):
    """Lines of an environment file's dependencies, without comments."""
    lines = path.read_text(encoding="utf-8").split("dependencies:")[1].splitlines()
    return [line.split("#")[0].strip(" -") for line in lines if line.strip().startswith("-")]


def catalogue(code, *left_out):
    """All messages of a language, read by an independent library; `left_out` are names of files."""
    for path in (p for p in sorted(ROOT.glob(f"hpcourse/locale/{code}/*.po")) if p.name not in left_out):
        with path.open("rb") as file:
            yield from read_po(file, locale=LANGUAGES[code].locale)


def test_both_environment_files_list_the_same_packages():
    assert conda_packages(ROOT / "environment.yml") == conda_packages(ROOT / "binder/environment.yml")


def test_the_environment_has_every_dependency_of_the_package_in_the_same_range():
    conda = {
        line.replace("matplotlib-base", "matplotlib") for line in conda_packages(ROOT / "environment.yml")
    }
    around = {"jupyterlab>=4.2", "nbgitpuller>=1.2", "python=3.12"}
    assert set(PROJECT["project"]["dependencies"]) | around == conda


def test_binder_reads_the_python_version():
    (python,) = re.findall(
        r"python\s*=+\s*([\d.]+)", (ROOT / "binder/environment.yml").read_text(encoding="utf-8")
    )
    assert python == "3.12"


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_package_reads_its_catalogues_as_gettext_does(code):
    assert language._catalogue(code) == {m.id: m.string for m in catalogue(code) if m.id and m.string}


def shown_messages():
    """Every English string that the package or a lesson hands to `text`."""
    for path in [*ROOT.glob("hpcourse/**/*.py"), *ROOT.glob("lessons/*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                place = {"text": 0, "say": 0, "note": 0, "Refused": 0}.get(name)
                arguments = [] if place is None else node.args[place : place + 1]
                for argument in arguments:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value
            if isinstance(node, ast.Dict) and path.parent.name == "explorers":  # captions to choose from
                values = [getattr(value, "value", None) for value in node.values]
                yield from (value for value in values if isinstance(value, str) and " " in value)
    for module in modules("hpcourse.page.questions"):
        for question in module.QUESTIONS.values():
            yield question.prompt
            yield from (part for option in question.options for part in option)
    for module in modules("hpcourse.page.alternatives"):
        yield from module.TEXTS.values()
    yield from RAISED.values()
    for mistake in (mistake for task in TASKS.values() for mistake in task.mistakes):
        yield from (mistake.message, mistake.beside)
    for contest in (task for task in READINGS.values() if isinstance(task, Contest)):
        yield from (contest.right, contest.otherwise, *(mistake.message for mistake in contest.mistakes))
    for reading in (task for task in READINGS.values() if isinstance(task, Reading)):
        yield from (reading.otherwise, *(mistake.message for mistake in reading.typical))
        yield from (reading.reason.right, reading.reason.otherwise) if reading.reason else (reading.right,)


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_has_a_translation_and_none_is_left_over(code):
    translated = {message.id for message in catalogue(code) if message.id and message.string}
    shown = set(shown_messages()) | {"crawls", "converges", "rings", "diverges"}
    shown = {message for message in shown if re.search("[A-Za-z]{2}|^, $", message)}  # not η = 0.1
    if code in COMPLETE:
        assert shown - translated == set()
    elsewhere = {
        message.id for message in catalogue(code, "words.po")
    }  # that one: tests/page/test_lettering.py
    assert (translated & elsewhere) - shown == set()


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_keep_the_names_in_braces(code):
    for message in catalogue(code):
        if message.id:
            assert sorted(re.findall(r"\{\w+\}", message.id)) == sorted(
                re.findall(r"\{\w+\}", message.string)
            )


def test_the_version_is_the_same_wherever_it_stands():
    import hpcourse

    version = PROJECT["project"]["version"]
    assert hpcourse.__version__ == version
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {version} (" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_forms_of_the_repository_can_be_read():
    """What GitHub reads: forms for issues, dependabot, the container, the citation."""
    for path in (*ROOT.glob(".github/**/*.yml"), ROOT / "CITATION.cff"):
        assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict), path
    for path in ROOT.glob(".github/ISSUE_TEMPLATE/*.yml"):
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert path.name == "config.yml" or {"name", "description", "body"} <= set(form)
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert "environment.yml" in container["onCreateCommand"]
