"""`hpcourse course autograder`: what Gradescope and GitHub Classroom need to check notebooks by themselves.

Neither gets the course's secret or a solution: the wheel inside is made without the solutions, and the key by
which Gradescope draws inputs is derived from the secret and of no use elsewhere.
"""

import base64
import hashlib
import hmac
import io
import json
import zipfile
from importlib import metadata
from pathlib import Path

import hpcourse
from hpcourse.instructor import Misuse
from hpcourse.instructor.course import Course, exercises
from hpcourse.instructor.records import write_whole

TEMPLATES = Path(__file__).parent / "templates"
LEFT_OUT = {"__pycache__", "exercises", "solutions"}


def make_autograder(arguments):
    """`hpcourse course autograder`."""
    course = Course.open(arguments.course)
    if not arguments.gradescope and not arguments.github:
        raise Misuse("name one: --gradescope for a zip to upload, --github for a template repository")
    folder = course.root / "autograder"
    for assignment in course.chosen(arguments.assignment):
        if arguments.gradescope:
            path = folder / f"gradescope_{assignment}.zip"
            write_whole(path, _zipped(gradescope_files(course, assignment)))
            print(
                f"  {path.relative_to(course.root)}   upload it to the programming assignment on Gradescope"
            )
        if arguments.github:
            place = folder / f"github_{assignment}"
            for name, content in github_files(course, assignment).items():
                write_whole(place / name, content)
            print(f"  {place.relative_to(course.root)}/   make it a template repository on GitHub")


def gradescope_files(course, assignment):
    """{name: content} of the zip: setup.sh, run_autograder, the wheel, the released notebook, the key."""
    name, wheel = make_wheel()
    secret = bytes.fromhex((course.root / ".secret").read_text(encoding="ascii"))
    settings = {
        "assignment": assignment,
        "language": course.language,
        "limits": course.limits,
        "key": hmac.digest(secret, f"gradescope {assignment}".encode(), "sha256").hex(),
    }
    scripts = TEMPLATES / "gradescope"
    return {
        "setup.sh": scripts.joinpath("setup.sh").read_bytes(),
        "run_autograder": scripts.joinpath("run_autograder").read_bytes(),
        "settings.json": json.dumps(settings, indent=1).encode(),
        "released.ipynb": course.notebook("release", assignment).read_bytes(),
        name: wheel,
    }


def github_files(course, assignment):
    """{name: content} of the template repository: the notebook, the wheel, the workflow."""
    name, wheel = make_wheel()
    notebook = exercises(assignment, course.language, solved=False)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    scripts = TEMPLATES / "github"
    readme = scripts.joinpath(f"README.{course.language}.md")
    if not readme.exists():
        readme = scripts.joinpath("README.en.md")
    import nbformat

    file = f"{assignment}_exercises.ipynb"
    return {
        "README.md": readme.read_text(encoding="utf-8").replace("{notebook}", file),
        file: nbformat.writes(notebook) + "\n",
        ".github/workflows/check.yml": scripts.joinpath("check.yml").read_text().replace("{notebook}", file),
        f".github/released/{file}": course.notebook("release", assignment).read_bytes(),
        f".github/wheels/{name}": wheel,
        ".gitignore": ".ipynb_checkpoints/\n__pycache__/\n",
    }


def _zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name)  # no date: the same when made twice
            runs = name == "setup.sh" or name == "run_autograder"
            member.external_attr = (0o755 if runs else 0o644) << 16
            member.create_system = 3
            archive.writestr(member, data, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def make_wheel():
    """(name, content) of a wheel of this very package, without notebooks and without their solutions."""
    package = Path(hpcourse.__file__).parent
    try:
        told = metadata.distribution("hpcourse")
    except metadata.PackageNotFoundError:
        raise Misuse("hpcourse is not installed: pip install '.[instructor]' in its folder") from None
    files = {}
    for path in sorted(package.rglob("*")):
        place = path.relative_to(package)
        if path.is_file() and not LEFT_OUT & set(place.parts) and path.suffix not in (".pyc", ".ipynb"):
            files[f"hpcourse/{place.as_posix()}"] = path.read_bytes()
    info = f"hpcourse-{told.version}.dist-info"
    about = told.read_text("METADATA") or told.read_text("PKG-INFO") or ""  # installed, or in a clone
    files[f"{info}/METADATA"] = about.encode()
    files[f"{info}/entry_points.txt"] = b"[console_scripts]\nhpcourse = hpcourse.__main__:main\n"
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: hpcourse\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    lines = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}"
        for name, data in files.items()
    ]
    files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    return f"hpcourse-{told.version}-py3-none-any.whl", _zipped(files)
