"""Builds the site once, serves it on this computer, and opens it in a headless Chromium."""

import os
import shutil
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

REPOSITORY = Path(__file__).parents[3]

QUICK = 8  # frames of a live figure, at most


@pytest.fixture(scope="session")
def frames():
    """Most frames of a live figure of the site, None for all that it would have."""
    return None if os.environ.get("HPCOURSE_SITE") else QUICK


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id):
    """The folder of the site. Of parallel test processes the first builds it, the others wait for it."""
    if built := os.environ.get("HPCOURSE_SITE"):  # one that is there already
        return Path(built)
    shared = tmp_path_factory.getbasetemp()
    folder = (shared if worker_id == "master" else shared.parent) / "site"
    finished = folder.with_suffix(".finished")
    try:
        folder.with_suffix(".started").mkdir()
    except FileExistsError:
        end = time.monotonic() + 600
        while not finished.exists() and time.monotonic() < end:
            time.sleep(0.2)
    else:
        command = [sys.executable, "-m", "tools.site.build", folder, "--frames", str(QUICK)]
        builder = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
        finished.write_text(builder.stdout + builder.stderr + f"exit code {builder.returncode}")
    assert finished.read_text().endswith("exit code 0")
    return folder


class Server(ThreadingHTTPServer):
    """A server of files that says nothing, even of readers who leave before a page is complete."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    def handle_error(self, *_):
        pass


@pytest.fixture(scope="session")
def address(site):
    """Where the site is served, as http://127.0.0.1:port."""
    server = Server(("127.0.0.1", 0), partial(Server.Handler, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def chromium():
    """A browser; without one, tests are skipped, or in CI fail."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not path:
        message = "No Chromium or Chrome was found on this computer, so the site was not opened."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, address):
    """A function (path, **settings of the window) -> Visit."""
    contexts = []

    def open_page(path, **settings):
        contexts.append(chromium.new_context(viewport={"width": 1300, "height": 900}, **settings))
        contexts[-1].set_default_timeout(30_000)  # milliseconds
        return Visit(contexts[-1].new_page(), address, path)

    yield open_page
    for context in contexts:
        context.close()


class Visit:
    """A page of the site in the browser, with all that went wrong while it was opened in `faults`."""

    def __init__(self, page, address, path):
        self.page, self.address, self.faults = page, address, []
        page.on("pageerror", lambda error: self.faults.append(f"error in a script: {error}"))
        page.on("console", lambda m: self.faults.append(m.text) if m.type in ("error", "warning") else None)
        page.on("requestfailed", lambda request: self.faults.append(f"failed: {request.url}"))
        page.on("request", self._stays_here)
        page.goto(f"{address}/{path}")
        page.evaluate("() => document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
        page.wait_for_load_state("networkidle")

    def _stays_here(self, request):
        if not request.url.startswith((self.address, "data:")):
            self.faults.append(f"asks another host: {request.url}")

    @property
    def path(self):
        """Where the browser is: "en/index.html"."""
        return self.page.url.removeprefix(f"{self.address}/").partition("?")[0].partition("#")[0]
