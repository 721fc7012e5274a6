"""Fixtures that open notebooks in a real JupyterLab or Notebook 7 in a headless Chromium.

    def test_something(jupyter, open_notebook):
        server = jupyter(folder_of_notebooks, "lab")  # or "notebook"; it serves a copy of the folder
        notebook = open_notebook(server, "en/day1.ipynb")
        notebook.run_all()
        assert notebook.faults() == []
        figure = notebook.figures()[0]
        figure.picture_changes(lambda: figure.press("End"))

Without a browser the tests are skipped; in CI they fail. The variable JUPYTER_PYTHON names another Python
whose Jupyter is to be opened.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

REPOSITORY = Path(__file__).parents[2]
SCREENSHOTS = Path(__file__).parent / "screenshots"
PYTHON = os.environ.get("JUPYTER_PYTHON", sys.executable)
CHROMIUM_OPTIONS = [
    "--no-sandbox",  # needed by root, as in a container
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SETTINGS = {
    # No news over the page.
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    # Else cells that are out of sight are not in the page.
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}
APPS = {"lab": ("LabApp", "doc/tree"), "notebook": ("JupyterNotebookApp", "notebooks")}

IDLE = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
CODE_CELLS = "jupyterapp.shell.currentWidget.content.widgets.map(c => c.model).filter(m => m.type === 'code')"
OUTPUTS = f"{CODE_CELLS}.flatMap(m => m.outputs.toJSON())"


def find_chromium():
    """The path of the browser, None if there is none."""
    paths = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    return next(filter(None, paths), None)


@pytest.fixture(scope="session")
def chromium():
    """The path of the browser; without one, tests are skipped, or in CI fail."""
    path = find_chromium()
    if not path:
        message = "No Chromium or Chrome was found on this computer, so nothing was tried in a browser."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return path


@pytest.fixture(scope="session")
def jupyter(chromium, tmp_path_factory):
    """A function (folder, "lab" or "notebook") -> Server; each pair is started once."""
    servers = {}

    def start(folder, app):
        key = Path(folder).resolve(), app
        if key not in servers:
            servers[key] = Server(folder, app, tmp_path_factory.mktemp(app))
        return servers[key]

    yield start
    for server in servers.values():
        server.stop()


@pytest.fixture(scope="module")  # not longer: its event loop would be in the way of other tests'
def browser(chromium, tmp_path_factory):
    """One browser window for the tests of a module."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=chromium,
            args=CHROMIUM_OPTIONS,
            viewport={"width": 1200, "height": 1000},
        )
        context.set_default_timeout(60_000)  # milliseconds
        yield context
        context.close()


@pytest.fixture(scope="module")
def open_notebook(browser):
    """A function (server, path) -> NotebookPage, whose kernel is ready."""
    opened = []

    def open_page(server, path):
        opened.append(NotebookPage(browser.new_page(), server.url(path)))
        return opened[-1]

    yield open_page
    for notebook in opened:
        notebook.close()


class Server:
    """A Jupyter server over a copy of `folder`, with settings of its own and this repository's hpcourse."""

    def __init__(self, folder, app, scratch):
        self.app, self.token, self.log = app, secrets.token_hex(16), scratch / "server.log"
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        shutil.copytree(folder, scratch / "notebooks")
        for plugin, values in SETTINGS.items():
            file = scratch / "settings" / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        # For kernels' sockets: a socket's path has at most 107 characters, and pytest's folders are long.
        self.runtime = tempfile.TemporaryDirectory(prefix="hpcourse-")
        own = {f"JUPYTER_{kind}_DIR": str(scratch / kind) for kind in ("CONFIG", "DATA")}
        own |= {"JUPYTER_RUNTIME_DIR": self.runtime.name}
        own |= {"JUPYTERLAB_SETTINGS_DIR": str(scratch / "settings"), "IPYTHONDIR": str(scratch / "ipython")}
        own |= {"JUPYTERLAB_WORKSPACES_DIR": str(scratch / "workspaces"), "PYTHONPATH": str(REPOSITORY)}
        options = [
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            f"--port={self.address.rpartition(':')[2]}",
            "--ServerApp.port_retries=0",
            "--ConnectionFileMixin.transport=ipc",  # two servers' kernels might be given the same free port
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={scratch / 'notebooks'}",
            f"--{APPS[app][0]}.expose_app_in_browser=True",  # as `jupyterapp`
        ]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [PYTHON, "-m", "jupyter", app, *options], env=os.environ | own, stdout=log, stderr=log
            )
        self._wait()

    def _wait(self, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            try:
                urllib.request.urlopen(f"{self.address}/api/status?token={self.token}", timeout=1)
                return
            except OSError:
                time.sleep(0.2)
        self.stop()
        raise TimeoutError(self.log.read_text())

    def url(self, path):
        """The address of a notebook in the folder."""
        return f"{self.address}/{APPS[self.app][1]}/{path}?token={self.token}"

    def stop(self):
        self.process.terminate()  # ends its kernels too
        self.process.wait(30)
        self.runtime.cleanup()


class NotebookPage:
    """A notebook in the browser. `page` is Playwright's page."""

    def __init__(self, page, url):
        self.page, self.console_errors = page, []
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.on("console", lambda m: self.console_errors.append(m.text) if m.type == "error" else None)
        page.goto(url)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_function(f"() => {IDLE}")

    def run_all(self, seconds=300):
        """Run all cells, and wait until the last has ended, or one has failed."""
        self.page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells') }")
        ran = f"{CODE_CELLS}.every(m => m.executionCount || !m.sharedModel.getSource().trim())"
        failed = f"{OUTPUTS}.some(o => o.output_type === 'error')"
        self.page.wait_for_function(f"() => {IDLE} && ({ran} || {failed})", timeout=seconds * 1000)

    def run_count(self, index):
        """The number in brackets beside a code cell: how many cells had been run when this one was."""
        return self.page.evaluate(f"() => {CODE_CELLS}[{index}].executionCount")

    def faults(self):
        """What went wrong: cell errors, anything on stderr, widgets that were not shown, console errors."""
        outputs = self.page.evaluate(f"() => {OUTPUTS}")
        wrong = [o["evalue"] for o in outputs if o["output_type"] == "error"]
        wrong += [o["text"] for o in outputs if o.get("name") == "stderr"]
        wrong += self.page.locator(".jupyter-widgets-error-widget").all_inner_texts()
        return wrong + [message for message in self.console_errors if "widget" in message.lower()]

    def show_all(self):
        """Press "Show me" on every prediction."""
        for words in ("Show me", "直接看結果"):
            for button in self.page.get_by_role("button", name=words, exact=True).all():
                button.click()

    def figures(self):
        """The live figures, in order; those of predictions once they are answered."""
        # A box with a row of controls and a picture; the still pictures of a prediction have no controls.
        box = self.page.locator(".widget-vbox:has(> .widget-hbox):has(> .widget-html img)")
        return [LiveFigureOnPage(self.page, box.nth(index)) for index in range(box.count())]

    def screenshot(self, name):
        """Keep what the window shows in tests/browser/screenshots/."""
        SCREENSHOTS.mkdir(exist_ok=True)
        (SCREENSHOTS / ".gitignore").write_text("*\n")
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def close(self):
        """Close the page and end its kernel."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.page.close()


class LiveFigureOnPage:
    """A live figure in the browser: Playwright locators for its parts, and how to work it by keyboard."""

    def __init__(self, page, box):
        self.page, self.box = page, box
        self.picture = box.locator(".widget-html img")
        self.caption = box.get_by_role("status")
        self.error = box.get_by_role("alert")
        self.sliders, self.readouts = box.get_by_role("slider"), box.locator(".widget-readout")

    def scroll_to(self):
        """Bring the picture into view. Playwright's own way waits for an element that a frame replaces."""
        self.picture.evaluate("image => image.scrollIntoView({ block: 'center' })")

    def press(self, key, slider=0):
        """Press a key, such as "PageUp", on a slider."""
        self.sliders.nth(slider).focus()
        self.page.keyboard.press(key)

    def type(self, number, slider=0):
        """Type a number into a slider's readout."""
        self.readouts.nth(slider).click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(number)
        self.page.keyboard.press("Enter")

    def picture_changes(self, act, seconds=20, or_words=False):
        """Do `act()` and wait until the picture is another one, completely loaded; else TimeoutError.

        With `or_words` other words in its alt text are enough.
        """
        before = [self.picture.get_attribute("src"), self.picture.get_attribute("alt") if or_words else None]
        act()
        self.page.wait_for_function(
            "([b, [src, alt]]) => { const i = b.querySelector('.widget-html img');"
            " return i && i.complete && (i.src !== src || (alt !== null && i.alt !== alt)) }",
            arg=[self.box.element_handle(), before],  # the box stays, the picture in it is replaced
            polling=20,
            timeout=seconds * 1000,
        )

    def words_agree(self, seconds=10):
        """Fail unless the caption, which may be empty, ends the picture's alt text: both are of one frame."""
        end = time.monotonic() + seconds  # the caption may come a moment after the picture
        caption, alt = self.caption.inner_text(), self.picture.get_attribute("alt")
        while not alt.endswith(caption) and time.monotonic() < end:
            time.sleep(0.05)
            caption, alt = self.caption.inner_text(), self.picture.get_attribute("alt")
        assert alt.endswith(caption), f"{alt!r} does not end with {caption!r}"
        expect(self.error).to_have_count(0)
