"""How the package hangs together: who imports whom, what it offers, that its examples run."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import hpcourse as hp

ROOT = Path(hp.__file__).parent
MODULES = sorted(
    f"{folder}{path.stem}"
    for folder in ("", "frame.", "page.")
    for path in (ROOT / folder.strip(".")).glob("*.py")
    if path.stem != "__init__"
)
HEAVY = {"matplotlib", "ipywidgets", "IPython"}

# module -> what it never imports, directly or by way of another module; the table of the blueprint
NEVER = {
    "datasets": {"hpcourse.networks", *HEAVY},
    "networks": {"hpcourse.optimizers", *HEAVY},
    "schedules": {"hpcourse.optimizers", *HEAVY},
    "optimizers": {"hpcourse.networks", "hpcourse.training", *HEAVY},
    "training": {"matplotlib", "ipywidgets", "IPython"},
    "measure": {"matplotlib", "ipywidgets", "IPython"},
    "page.figures": {"ipywidgets"},
}

# room -> the rooms that it may import besides itself, the core, and the frame, on which all stand; the core
# imports nothing but the frame (what `hp.` loads at first use is named there as text)
ROOMS = {"frame": set(), "page": {""}, "checks": {"", "page"}, "instructor": {"", "checks"}, "": set()}


def source(module):
    """The file of a module, named as below the package: "training", "page.figures", "page"."""
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def imports(module):
    """Every module that the source names in an import, those inside functions included."""
    found = set()
    for node in ast.walk(ast.parse(source(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            found.add(node.module)
            if node.module == "hpcourse":
                found |= {f"hpcourse.{alias.name}" for alias in node.names}
    return found


def reached(module):
    """What `module` imports, and what those import, as far as they belong to the package."""
    seen, open_ends = set(), [module]
    while open_ends:
        for name in imports(open_ends.pop()) - seen:
            seen.add(name)
            below = name.removeprefix("hpcourse.")
            if below != name and source(below).exists():
                open_ends.append(below)
    return seen


@pytest.mark.parametrize("module", NEVER)
def test_a_module_never_imports_what_the_blueprint_forbids(module):
    everything = {".".join(name.split(".")[:n]) for name in reached(module) for n in (1, 2)}
    assert not everything & NEVER[module]


def room(module):
    """The folder of the package that a module lies in; "" for the core."""
    first = module.removeprefix("hpcourse.").partition(".")[0]
    return first if first in ROOMS else ""


def test_the_rooms_are_all_the_folders_with_code():
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == set(ROOMS) - {""}


def test_no_import_leads_upwards():
    """The core imports only the frame, a room only those below it: so there is no circle between them."""
    entrances = {"__init__", "__main__"}  # these name what lies in the rooms
    for path in ROOT.rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if module in entrances:
            continue
        met = {room(name) for name in imports(module) if name.startswith("hpcourse")}
        allowed = ROOMS[room(module)] | {room(module), "frame"}
        assert met <= allowed, f"{module} imports {met - allowed}"


def test_the_checks_take_from_the_page_only_what_they_show():
    """The reward figure, and the problem of the laboratory."""
    taken = {
        name
        for path in (ROOT / "checks").rglob("*.py")
        for name in imports(".".join(path.relative_to(ROOT).with_suffix("").parts))
        if name.startswith("hpcourse.page.")
    }
    assert taken <= {"hpcourse.page.figures", "hpcourse.page.laboratory"}


def test_figures_never_train():
    assert not imports("page.figures") & {"hpcourse.training", "hpcourse.networks"}


def test_surfaces_import_nothing_but_numpy():
    outside = {name.split(".")[0] for name in reached("surfaces")} - set(sys.stdlib_module_names)
    assert outside == {"numpy", "hpcourse"}
    assert {name for name in reached("surfaces") if name.startswith("hpcourse")} == {
        "hpcourse.frame.arguments"
    }


def test_language_imports_nothing_of_the_package_but_the_list_of_languages():
    inside = {name for name in reached("frame.language") if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in inside if name != "hpcourse.frame.course.LANGUAGES"} == {"hpcourse.frame.course"}


def fresh(program):
    """What a new interpreter prints."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_importing_the_package_loads_no_figures_widgets_or_progress_bars():
    loaded = {name.split(".")[0] for name in fresh("import sys, hpcourse; print(*sys.modules)")}
    assert not loaded & {"matplotlib", "ipywidgets", "IPython", "tqdm", "pandas", "scipy"}


def test_a_short_training_loads_no_figures_widgets_or_progress_bars():
    program = """
import sys, hpcourse as hp, hpcourse.frame.cores
hpcourse.frame.cores.PATIENCE = 1e9  # so that it is short on a busy machine too
hp.train(hp.MLP((2, 3, 2)), hp.moons(50), hp.SGD([0.1, 0.2]), batch_size=20, epochs=1)
hp.lr_range_test(hp.Quadratic(), start=(1, 1))
print(*sys.modules)"""
    assert not {name.split(".")[0] for name in fresh(program)} & {"matplotlib", "ipywidgets", "tqdm"}


def test_importing_the_package_takes_little_more_than_numpy():
    """Modules and seconds of the processor, each beside NumPy's own in the same interpreter."""
    program = """
import sys, time
began = time.process_time(); import numpy; numpy_done, modules = time.process_time(), len(sys.modules)
import hpcourse; print(time.process_time() - numpy_done, numpy_done - began, len(sys.modules) - modules)"""
    ours, numpys, modules = min([float(word) for word in fresh(program)] for _ in range(3))
    print(f"import hpcourse: {ours:.3f} s after numpy's {numpys:.3f} s, {modules:.0f} modules more")
    assert ours < 1.5 * numpys
    assert modules < 80


CONTRACT = [
    "SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "AdamW", "Lion", "Constant",
    "ExponentialDecay", "StepDecay", "InverseTimeDecay", "CosineDecay", "LinearWarmup",
    "WarmupStableDecay", "Bigram", "Cliff", "bigram_counts", "Quadratic",
    "TwoBasins", "Rosenbrock", "digits", "moons", "spirals", "linear_regression",
    "minibatches", "Dataset", "MLP", "softmax_regression", "linear_regression_model", "descend",
    "train", "History", "lr_range_test", "sharpness", "use_language", "current_language",
]  # fmt: skip


@pytest.mark.parametrize("name", CONTRACT)
def test_a_name_of_the_contract_is_there_and_listed(name):
    assert callable(getattr(hp, name))
    assert name in dir(hp)


def test_a_name_that_is_not_there_is_said_to_be_missing():
    with pytest.raises(AttributeError, match=r"hpcourse.*Adamm"):
        hp.Adamm  # noqa: B018
    assert not hasattr(hp, "no_such_thing")


def test_every_module_is_on_the_list():
    found = pkgutil.walk_packages([str(ROOT)], "hpcourse.")
    assert {module.name.removeprefix("hpcourse.") for module in found} >= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_in_the_docstrings_run(module):
    loaded = importlib.import_module(f"hpcourse.{module}")
    failed, _ = doctest.testmod(loaded, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


def test_no_two_files_of_tests_have_one_name():
    """pytest collects only one of them where both are run at once."""
    names = [path.name for path in Path(__file__).parent.rglob("*.py") if path.name != "conftest.py"]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("module", MODULES)
def test_everything_public_is_documented(module):
    loaded = importlib.import_module(f"hpcourse.{module}")
    assert inspect.getdoc(loaded)
    for name, thing in vars(loaded).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != loaded.__name__:
            continue
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert thing.__doc__, f"{module}.{name} has no docstring"
            assert not thing.__doc__.startswith(f"{name}("), f"{module}.{name} has only dataclass's docstring"


def test_the_language_is_one_of_the_course():
    try:
        hp.use_language("zh-TW")
        assert hp.current_language() == "zh-TW"
        listed = " or ".join(map(repr, hp.course.LANGUAGES))
        with pytest.raises(ValueError, match=f"^language must be {listed}, got 'xx'"):
            hp.use_language("xx")
        with pytest.raises((TypeError, ValueError), match=r"^language must be "):
            hp.use_language(["en"])
        assert hp.current_language() == "zh-TW"
    finally:
        hp.use_language("en")
