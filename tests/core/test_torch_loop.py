"""The loop of lessons/take_home_pytorch.py, on models that are not the page's (`make torch`)."""

from pathlib import Path
from types import SimpleNamespace

import jupytext
import numpy as np
import pytest

torch = pytest.importorskip("torch")
nn = torch.nn
PAGE = Path(__file__).parents[2] / "lessons" / "take_home_pytorch.py"


@pytest.fixture(scope="module")
def page():
    """What a reader copies: the cells of the loop, of the shapes and of the search."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as the page does: in small models threads only wait for each other
    names = {"np": np, "torch": torch, "hp": SimpleNamespace(say=print)}
    for cell in jupytext.read(PAGE).cells:
        if cell.metadata.get("key") in {"fit", "shapes-run", "search-run"}:
            exec(cell.source, names)
    yield SimpleNamespace(**names)
    torch.set_num_threads(threads)


@pytest.fixture
def data(rng):
    return torch.tensor(rng.normal(size=(150, 6))), torch.tensor(rng.integers(3, size=150))


def make(dtype=torch.float64):
    return nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.ReLU(), nn.Linear(8, 3)).to(dtype)


def values(model):
    return {name: p.detach().numpy().copy() for name, p in model.named_parameters()}


def test_matrices_alone_decay_and_frozen_ones_stay(page, data):
    def half_frozen():
        model = make()
        model[3].requires_grad_(False)
        return model

    torch.manual_seed(5)
    start = values(half_frozen())

    def nothing(outputs, targets):
        return 0 * outputs.sum()

    end = values(page.fit(half_frozen, data, data, 0.1, seed=5, epochs=2, decay=0.5, loss_of=nothing)[0])
    shrunk = start["0.weight"] * (1 - 0.1 * 0.5) ** 6  # two epochs of three batches
    np.testing.assert_allclose(end.pop("0.weight"), shrunk, rtol=1e-12)
    assert all((end[name] == start[name]).all() for name in end)


def test_a_batch_in_pieces_trains_as_the_whole_and_so_does_a_loader(page, data):
    """Of 150 examples 64, 64 and 22 are a batch, and 22 are cut into 4, 4, 4, 4, 4 and 2."""
    whole = page.fit(make, data, data, 0.01, page.wsd, epochs=3)[1]
    cut = page.fit(make, data, data, 0.01, page.wsd, epochs=3, pieces=6)[1]
    for name in ("loss", "grad_norm", "lr", "held_out_loss"):
        np.testing.assert_allclose(cut[name], whole[name], rtol=1e-9)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*data), batch_size=150)
    of_loader = page.fit(make, loader, loader, 0.01, page.cosine)[1]
    of_tuple = page.fit(make, data, data, 0.01, page.cosine, batch_size=150)[1]
    for name in of_tuple:
        np.testing.assert_allclose(of_loader[name], of_tuple[name], rtol=1e-9)


@pytest.mark.parametrize("loading", [False, True])
def test_the_last_rate_is_that_of_the_last_update(page, data, loading):
    seen = []

    def shape(t, updates):
        seen.append((t, updates))
        return page.cosine(t, updates)

    job = {"batch_size": 40, "epochs": 3}
    given = data
    if loading:
        dataset = torch.utils.data.TensorDataset(*data)
        given = torch.utils.data.DataLoader(dataset, batch_size=40, shuffle=True)
    logs = [page.fit(make, given, data, 0.2, shape, **job)[1] for _ in range(2)]
    assert seen == 2 * [(t, 12) for t in range(12)]
    assert logs[0]["lr"] == [0.2 * page.cosine(t, 12) for t in range(12)]
    assert logs[0]["loss"] == logs[1]["loss"]  # a loader's order, too, comes from the seed


def test_weights_that_two_layers_share_are_one(page, data):
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.again = nn.Linear(6, 6), nn.Linear(6, 6)
            self.again.weight, self.last = self.first.weight, nn.Linear(6, 3)

        def forward(self, x):
            return self.last(torch.relu(self.again(torch.relu(self.first(x)))))

    model, log = page.fit(lambda: Tied().double(), data, data, 0.01)
    assert model.first.weight is model.again.weight
    assert log["loss"][-1] < log["loss"][0]


def test_the_log_holds_the_gradient_before_clipping_and_adam_gets_the_clipped_one(page, data):
    free, held = (page.fit(make, data, data, 0.0, clip=clip, epochs=1)[1] for clip in (np.inf, 1e-3))
    assert free["grad_norm"] == held["grad_norm"]
    assert min(held["grad_norm"]) > 1e-2
    model = page.fit(make, data, data, 1e-3, clip=1e-9, decay=0.0, epochs=1)[0]  # epsilon is 1e-8
    torch.manual_seed(0)
    far = max(np.abs(values(model)[name] - w).max() for name, w in values(make()).items())
    assert far < 1e-3 * 3 * 0.2  # three steps, each far below the rate


def test_a_run_that_meets_a_bad_number_has_failed(page, data):
    bad = data[0].clone()
    bad[70] = np.nan
    log = page.fit(make, (bad, data[1]), data, 0.01)[1]
    assert log["failed"]
    assert log["held_out_loss"] == np.inf
    assert len(log["loss"]) == len(log["lr"]) <= 3
    with pytest.raises(ValueError, match=r"no two rates in a row trained: search below 0\.01"):
        page.search(make, (bad, data[1]), data, [0.1, 0.01])


def test_the_search_says_when_the_lowest_loss_lies_at_the_end(page, data, capsys):
    rate, loss = page.search(make, data, data, [1e-4, 1e-3, 1e-2], epochs=2)
    assert (rate, loss < 1.3) == (1e-3, True)
    assert "at the end of the range" in capsys.readouterr().out
    assert page.step_back([1, 2, 3], [3.0, 1.0, np.inf]) == 1


def test_held_out_data_are_judged_without_dropout_and_as_a_whole(page, data):
    def dropping():
        return nn.Sequential(nn.Dropout(0.5), make())

    model, log = page.fit(dropping, data, data, 0.01)
    with torch.no_grad():
        outputs = model[1](data[0])
    assert log["held_out_loss"] == pytest.approx(page.cross_entropy(outputs, data[1]).item())
    assert log["held_out_accuracy"] == (outputs.argmax(-1) == data[1]).double().mean().item()
    in_parts = page.evaluate(model, data, size=64)
    assert in_parts["held_out_loss"] == pytest.approx(log["held_out_loss"])


def test_a_sequence_has_a_target_in_every_place(page, rng):
    class Letters(nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.gru, self.last = (
                nn.Embedding(5, 4),
                nn.GRU(4, 6, batch_first=True),
                nn.Linear(6, 5),
            )

        def forward(self, x):
            return self.last(self.gru(self.table(x))[0])

    text = torch.tensor(rng.integers(5, size=(40, 9)))
    data = text[:, :-1], text[:, 1:]
    model, log = page.fit(Letters, data, data, 0.01, epochs=1)
    with torch.no_grad():
        places = model(data[0]).log_softmax(-1).gather(2, data[1][..., None])
    assert log["held_out_loss"] == pytest.approx(-places.mean().item(), rel=1e-5)
    assert 0 <= log["held_out_accuracy"] <= 1


def test_regression_has_a_loss_of_its_own_and_no_accuracy(page, rng):
    X = torch.tensor(rng.normal(size=(100, 4)), dtype=torch.float32)
    data = X, X[:, :1] - X[:, 1:2]

    def model():
        return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))

    log = page.fit(model, data, data, 0.05, page.cosine, epochs=30, loss_of=nn.functional.mse_loss)[1]
    assert log["held_out_loss"] < 0.1 < log["loss"][0]
    assert np.isnan(log["held_out_accuracy"])
