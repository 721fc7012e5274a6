"""The site of `make lite` in a real page. Its kernel is not started: it comes from another server."""

import functools
import http.server
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.lite]

SITE = Path(__file__).parents[2] / "build" / "lite"


@pytest.fixture
def address():
    """Where the site is served: each time at another port, where the browser remembers no open notebooks."""
    if not (SITE / "index.html").exists():
        pytest.fail("build/lite is missing: run make lite")
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=SITE)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.mark.parametrize(("language", "title"), [("en", "How big a step?"), ("zh-TW", "學習率")])
def test_a_lesson_opens_with_its_figures(address, browser, language, title):
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route(lambda url: not url.startswith(address), lambda route: route.abort())
    page.goto(f"{address}/lab/index.html?path={language}/day1_learning_rate.ipynb")
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Python (Pyodide)").first).to_be_visible(timeout=60_000)
    expect(page.locator(".jp-CodeCell:visible", has_text="%pip install -q hpcourse")).to_have_count(1)
    picture = page.locator(".jp-OutputArea img:visible").first
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 300")
    page.close()
    assert [error for error in errors if "/pyodide/" not in error] == []
