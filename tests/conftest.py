"""What every test may use."""

import os

import matplotlib.pyplot as plt
import numpy as np
import pytest

import hpcourse as hp

os.environ["HPCOURSE_KEEP_PROGRESS"] = "no"  # no record of what tests answer, except where one is tested


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def digits():
    return hp.digits()


@pytest.fixture(scope="session")
def small():
    """A training that takes milliseconds: 80 points in the plane, 20 of them to test on."""
    return hp.moons(100, seed=1)


@pytest.fixture(scope="session")
def net():
    return hp.MLP((2, 5, 2))


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


@pytest.fixture
def no_figure_is_left_open():
    before = set(plt.get_fignums())  # those of other tests
    yield
    left = set(plt.get_fignums()) - before
    plt.close("all")
    assert not left


def pytest_addoption(parser):
    parser.addoption("--claims-table", action="store_true", help="print the table of measured claims")
    parser.addoption("--platform", metavar="FOLDER", help="the environment that tests/platforms runs in")
