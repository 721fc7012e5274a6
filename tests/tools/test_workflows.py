"""The workflows run only what exists, with no more rights than they need."""

import os
import re
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([\w-]+):(?!=)", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.M))


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job.get("steps", ())]


def test_there_are_workflows():
    assert [path.name for path in WORKFLOWS] == [
        "address.yml",
        "links.yml",
        "platforms.yml",
        "release.yml",
        "site.yml",
        "tests.yml",
        "torch.yml",
        "wheel.yml",
    ]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_command_exists(path):
    commands = [command for step in steps(read(path)) for command in step.get("run", "").splitlines()]
    assert commands or path.name in ("links.yml", "release.yml")
    for command in commands:
        command = re.sub(r"^if (.*); then exit 0; fi$", r"\1", command)
        program, *arguments = command.split()
        if program == "make":
            assert arguments
            assert set(arguments) <= TARGETS
        elif program == "git":
            assert arguments[0] in ("config", "commit", "push")
        elif program == "hpcourse":
            assert arguments[0] in ("lab", "save")
        elif program == "python":
            assert arguments[:2] in (["-m", "pip"], ["-m", "tools.links"], ["-m", "jupyter"])
        else:
            assert os.access(REPOSITORY / program, os.X_OK), command


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_rights_are_few(path):
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    allowed = {"pages": "write", "id-token": "write"} | (
        {"contents": "write"} if path.stem == "address" else {}
    )
    for job in workflow["jobs"].values():
        assert job.get("permissions", {}).items() <= allowed.items()
        assert "timeout-minutes" in job or "uses" in job
    for step in steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"(actions|lycheeverse|pypa)/[\w-]+@v\d+", step["uses"])


def test_what_is_published_is_what_is_built():
    uploads = [
        step
        for step in steps(read(REPOSITORY / ".github/workflows/site.yml"))
        if "path" in step.get("with", {})
    ]
    assert [step["with"]["path"] for step in uploads] == ["build/site"]
    assert 'REPOSITORY / "build" / "site"' in (REPOSITORY / "tools" / "site" / "build.py").read_text(
        encoding="utf-8"
    )


def test_the_unit_tests_run_on_every_python_that_is_promised():
    promised = re.search(r'requires-python = ">=3\.(\d+)"', (REPOSITORY / "pyproject.toml").read_text())
    versions = read(REPOSITORY / ".github/workflows/tests.yml")["jobs"]["unit"]["strategy"]["matrix"][
        "python"
    ]
    assert versions[0] == f"3.{promised[1]}"
    assert len(versions) == 4
