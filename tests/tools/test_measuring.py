"""What was measured once is as new as its code, and is read back as it was."""

import json

import numpy as np
import pytest

import hpcourse as hp
from tools import measure


def test_each_experiment_has_its_file_and_each_file_its_experiment():
    assert sorted(path.stem for path in measure.STORED.glob("*")) == measure.names() != []


@pytest.mark.parametrize("name", measure.names())
def test_a_file_is_as_new_as_the_code_of_its_experiment(name):
    found, again = hp.measured(name.replace("_", "-")), f"run make measure EXPERIMENTS={name}"
    experiment = measure.import_module(f"tools.experiments.{name}")
    assert found.code == measure.digest(name), again
    assert found.seeds == {use: str(seeds) for use, seeds in experiment.SEEDS.items()}, again
    assert found.about.endswith((".", "?"))
    assert len({tuple(row) for row in found.rows}) == 1  # the same columns everywhere
    assert "Infinity" not in json.dumps(found.rows)


def test_an_experiment_is_written_and_read_with_seeds_date_and_versions(tmp_path, monkeypatch):
    (tmp_path / "day9_toy.py").write_text("", encoding="utf-8")

    class Toy:
        __doc__ = "How long is a walk?\n\nMore."
        SEEDS = {"reported": range(3)}  # noqa: RUF012

        def measure():
            yield {"name": "a", "n": np.int64(2), "loss": np.float64(1 / 3)}
            yield {"name": "b", "n": 3, "loss": 0.25}

    monkeypatch.setattr(measure, "EXPERIMENTS", tmp_path)
    monkeypatch.setattr(measure, "import_module", lambda name: Toy)
    found = measure.measure("day9_toy")
    assert json.loads(measure.written(found)) == found
    assert found["rows"][0] == {"name": "a", "n": 2, "loss": 0.333333}
    assert found["seeds"] == {"reported": "range(0, 3)"}
    assert found["versions"]["numpy"] == np.__version__
    assert (found["about"], len(found["date"])) == ("How long is a walk?", 10)
    assert '    {"name": "b", "n": 3, "loss": 0.25}\n' in measure.written(found)


def test_a_table_gives_columns_and_rows_and_names_what_it_lacks():
    table = hp.measured("day4-memory")
    assert table["momentum"].tolist() == [row["momentum"] for row in table.rows]
    assert table.row(momentum=0.9) == table.rows[3]
    with pytest.raises(KeyError, match="no column 'lose': choose from momentum, lr"):
        table["lose"]
    with pytest.raises(KeyError, match=r"0 rows have \{'momentum': 7\}"):
        table.row(momentum=7)
    with pytest.raises(FileNotFoundError, match=r"under 'day4-memry': choose from .*day4-memory"):
        hp.measured("day4-memry")
