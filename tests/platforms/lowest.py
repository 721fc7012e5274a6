"""Print the lowest versions that pyproject.toml allows, as constraints for pip.

Of compiled packages so old there is no build for Python 3.13, which takes the newest instead.
"""

import tomllib
from pathlib import Path

COMPILED = ("numpy", "matplotlib")
PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"

project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
for requirement in project["dependencies"] + project["optional-dependencies"]["lab"]:
    name, _, lowest = requirement.partition(">=")
    print(f"{name}=={lowest}" + ('; python_version < "3.13"' if name in COMPILED else ""))
