"""The site of the course as its readers meet it: every page is opened, every link is followed."""

import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from hpcourse.frame.course import LANGUAGES
from tools import seals
from tools.site.pages import Page

REPOSITORY = Path(__file__).parents[3]
NOTEBOOKS = {
    language: sorted((REPOSITORY / "notebooks" / language).glob("*.ipynb")) for language in LANGUAGES
}
LESSONS = [f"{language}/{path.stem}.html" for language, paths in NOTEBOOKS.items() for path in paths]
PAGES = LESSONS + [
    f"{language}/{name}.html" for language in NOTEBOOKS for name in ("index", "search", "figures")
]
# The inside of formulas and listings looks the same on every page, and takes most of an audit's time.
AUDITED_IN_FULL = "en/day1_learning_rate.html"
WITHOUT_DETAILS = """() => {
  for (const formula of document.querySelectorAll("math")) formula.replaceWith("x");
  for (const listing of document.querySelectorAll("pre")) listing.textContent = listing.textContent;
}"""
# A live figure has taken the place of its still picture, and has the same words.
WORDS_OF_PICTURES = """all => all.map(i => i.src ? [i.src, i.alt, i.naturalWidth]
  : [i.closest("[data-live]").dataset.live, i.getAttribute("aria-label"), i.clientWidth])"""
PARTS_OF_FIGURES = """all => all.map(f => [f.querySelector("img").getAttribute("src"),
  f.querySelector("figcaption").textContent, f.querySelector("a").getAttribute("href"),
  Boolean(f.closest("details"))])"""
TWO_FRAMES = "() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
pytestmark = pytest.mark.browser


def cells_of(page):
    """The cells of the notebook that `page` was made from."""
    notebook = REPOSITORY / "notebooks" / Path(page).with_suffix(".ipynb")
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def words_for_pictures(page):
    """The text alternatives that the notebook has stored with its pictures, in order; of sealed cells too."""
    language, _, name = page.removesuffix(".html").partition("/")
    sealed = seals.read(REPOSITORY / "notebooks/sealed" / language / f"{name}.json")
    words = []
    for cell in cells_of(page):
        outputs = cell.get("outputs", ())
        words += [o["metadata"]["image/png"]["alt"] for o in outputs if "image/png" in o.get("data", {})]
        words += [o["alt"] for o in sealed.get(cell["id"], ("", ()))[1] if "picture" in o]
    return words


class Links(HTMLParser):
    """The ids and the links of a page."""

    def __init__(self, file):
        super().__init__()
        self.ids, self.links = set(), []
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.add(attributes.get("id"))
        if tag in ("a", "link") and attributes.get("href"):
            self.links.append(attributes["href"])


def test_every_notebook_for_learners_and_nothing_else_is_a_page(site):
    assert {path.relative_to(site).as_posix() for path in site.rglob("*.html")} == {
        *PAGES,
        "index.html",
        "404.html",
    }
    solved = [path for path in site.rglob("*.html") if "END SOLUTION" in path.read_text(encoding="utf-8")]
    assert not solved


@pytest.mark.parametrize("page", PAGES)
def test_page_is_whole(visit, page):
    there = visit(page)
    body, language = there.page, page.partition("/")[0]
    assert there.faults == []
    assert body.locator("html").get_attribute("lang") == language
    assert body.locator("h1").count() == 1
    body.wait_for_function("document.documentElement.dataset.liveFigures === 'ready'")
    pictures = body.eval_on_selector_all("img, .live-picture > svg", WORDS_OF_PICTURES)
    assert [(src, alt) for src, alt, width in pictures if not (alt.strip() and width)] == []
    if page in LESSONS:
        assert [alt for _, alt, _ in pictures] == words_for_pictures(page)
    formulas, drawn = body.locator(".math").count(), body.locator(".math > math").count()
    assert formulas == drawn
    assert body.locator("merror").count() == 0
    body.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    body.set_viewport_size({"width": 360, "height": 740})  # a small phone
    assert body.evaluate("document.documentElement.scrollWidth") <= 360
    body.evaluate(TWO_FRAMES)  # the page hears of its new size when it is drawn
    unreachable = body.eval_on_selector_all(
        "pre, .math-wrapper, .table-wrapper",
        "all => all.filter(b => b.scrollWidth > b.clientWidth && b.tabIndex < 0).map(b => b.innerText)",
    )
    assert unreachable == []
    for other in (other for other in LANGUAGES if other != language):
        link = body.locator(f".course-language[lang={other}]")
        wanted = page.replace(language, other, 1)
        if wanted not in PAGES:
            wanted = f"{other}/index.html"
            assert "(" in link.inner_text()
        link.click()
        assert there.path == wanted
        assert body.locator("html").get_attribute("lang") == other
        body.go_back()


@pytest.mark.parametrize("page", [*PAGES, "en/search.html?q=momentum"])
def test_page_is_accessible(visit, page):
    body = visit(page, color_scheme="light").page
    if page != AUDITED_IN_FULL:
        body.evaluate(WITHOUT_DETAILS)
    options = {"resultTypes": ["violations"]}
    findings = Axe().run(body, options=options).response["violations"]
    body.emulate_media(color_scheme="dark")
    findings += Axe().run(body, options=options | {"runOnly": ["color-contrast"]}).response["violations"]
    serious = [
        (finding["id"], [node["html"] for node in finding["nodes"]])
        for finding in findings
        if finding["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_links_lead_somewhere(site):
    pages = {path.relative_to(site).as_posix(): Links(path) for path in site.rglob("*.html")}
    broken = []
    for page, found in pages.items():
        for link in found.links:
            parts = urlsplit(urljoin(f"//site/{page}", link))
            target = unquote(parts.path).lstrip("/")
            if parts.netloc != "site":
                continue
            if (site / target).is_dir():
                target += "index.html"
            anchor_is_missing = target in pages and parts.fragment and parts.fragment not in pages[target].ids
            if not (site / target).exists() or anchor_is_missing:
                broken.append((page, link))
    assert broken == []


def test_links_to_the_repository_name_files_of_it(site):
    where = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hpcourse"]
    repository, branch = re.escape(where["repository"]), re.escape(where["branch"])
    forms = [
        rf"https://github\.com/{repository}(?:/blob/{branch}/(.+))?",
        rf"https://colab\.research\.google\.com/github/{repository}/blob/{branch}/(.+)",
        rf"https://mybinder\.org/v2/gh/{repository}/{branch}\?urlpath=lab%2Ftree%2F(.+)",
    ]
    wrong, opened = [], set()
    services = (f"github.com/{where['repository'].partition('/')[0]}/", "colab.research", "mybinder.org")
    for page in PAGES:
        for link in Links(site / page).links:
            if any(service in link for service in services):
                match = next(
                    filter(None, (re.fullmatch(form, link.partition("#")[0]) for form in forms)), None
                )
                path = unquote(match[1] or "") if match else None
                if path is None or not (REPOSITORY / path).exists():
                    wrong.append((page, link))
                opened.add((page, path, urlsplit(link).netloc))
    assert wrong == []
    for page in LESSONS:
        notebook = f"notebooks/{Path(page).with_suffix('.ipynb').as_posix()}"
        for service in ("mybinder.org", "colab.research.google.com", "github.com"):
            assert (page, notebook, service) in opened


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_shows_every_figure_once_and_leads_to_it(visit, language):
    there = visit(f"{language}/figures.html")
    figures = there.page.eval_on_selector_all("article figure", PARTS_OF_FIGURES)
    wanted, waiting = [], set()
    for path in NOTEBOOKS[language]:
        page = Page(path, language)
        wanted += [(name, picture.alt) for name, picture in page.pictures.items()]
        waiting |= {name for name, picture in page.pictures.items() if picture.waits}
    assert sorted((name, words) for name, words, _, _ in figures) == sorted(wanted)
    assert {name for name, _, _, folded in figures if folded} == waiting != set()
    link = next(link for name, _, link, _ in figures if name not in waiting)
    there.page.locator(f'article figure a[href="{link}"]').click()
    figure = there.page.locator("figure:target")
    figure.wait_for()
    assert there.path == f"{language}/{link.partition('#')[0]}"
    assert figure.locator("img, [role=img]").count() == 1
    assert there.faults == []


@pytest.mark.parametrize(
    ("language", "query"),
    [
        ("en", "momentum"),
        ("en", "sharpness"),
        ("zh-TW", "學習率"),
        ("zh-TW", "山谷"),
        ("zh-TW", "雜訊尺度"),
        ("zh-TW", "AdamW"),
    ],
)
def test_search_finds_all_pages_with_the_words(visit, site, language, query):
    there = visit(f"{language}/index.html")
    there.page.locator(".sidebar-search").fill(query)
    there.page.keyboard.press("Enter")
    there.page.wait_for_selector("#search-results .search-summary:not(:empty)")  # the list is complete
    there.page.wait_for_load_state("networkidle")
    links = there.page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    found = {urlsplit(link).path.lstrip("/") for link in links}
    article = re.compile(r"<article.*?</article>", re.S)
    texts = {
        page: re.sub("<[^>]+>", "", article.search((site / page).read_text(encoding="utf-8"))[0])
        for page in LESSONS
        if page.startswith(language)
    }
    expected = {
        page
        for page, text in texts.items()
        if re.search(rf"{query}\b" if query.isascii() else query, text, re.I)
    }
    assert expected
    assert expected <= found
    marked = {word.lower() for word in there.page.locator("#search-results .highlighted").all_inner_texts()}
    assert query.lower() in marked
    assert there.faults == []


def test_search_for_what_the_course_does_not_hold_finds_nothing(visit):
    there = visit("zh-TW/search.html?q=香蕉蛋糕")
    there.page.wait_for_selector("#search-results .search-summary:not(:empty)")
    assert there.page.locator("#search-results li").count() == 0


@pytest.mark.parametrize("page", ["en/day1_learning_rate.html", "zh-TW/day1_learning_rate.html"])
def test_questions_are_answered_without_a_kernel(visit, page):
    from hpcourse.frame.language import text, use_language
    from hpcourse.page.questions.day1 import QUESTIONS

    asked = re.findall(
        r'hp\.(?:quiz|predict)\("([\w-]+)"\)', "".join("".join(cell["source"]) for cell in cells_of(page))
    )
    there = visit(page)
    boxes = there.page.locator(".question")
    assert boxes.count() == len(asked) > 0
    use_language(page.partition("/")[0])
    try:
        for index, key in enumerate(asked):
            question, answers = QUESTIONS[key], boxes.nth(index).locator("details")
            assert answers.count() == len(question.options)
            for number, (_, reason) in enumerate(question.options):
                summary, feedback = answers.nth(number).locator("summary"), answers.nth(number).locator("p")
                assert not feedback.is_visible()
                summary.focus()
                there.page.keyboard.press("Enter")
                assert feedback.is_visible()
                assert feedback.inner_text().startswith("✓ " if number == question.right else "✗ ")
                assert text(reason).replace("`", "") in feedback.inner_text()
    finally:
        use_language("en")


def test_a_prediction_shows_nothing_before_an_answer_and_the_figure_after_it(visit):
    there = visit("en/day1_learning_rate.html")
    question = there.page.locator('[data-opens="day1-digits"]')
    waiting = there.page.locator('.sealed[data-question="day1-digits"]')
    pictures = waiting.locator("img")
    assert waiting.count() == 4  # the figure, the numbers, the winners, the explorer
    assert not any(picture.is_visible() for picture in pictures.all())
    assert "rates, 0." not in there.page.locator("article").inner_text()
    question.locator("summary").nth(2).focus()
    there.page.keyboard.press("Enter")
    pictures.first.wait_for(state="visible")
    assert all(picture.is_visible() for picture in pictures.all())
    assert "rates, 0." in waiting.nth(1).inner_text()
    assert question.get_by_role("status").inner_text() == "The result is shown below."
    assert question.locator("details[open]").inner_text().partition("✗ Not so:")[1]
    other = there.page.locator('.sealed[data-question="day1-range"]')
    assert other.get_attribute("open") is None  # each prediction opens its own
    other.locator("summary").press("Enter")  # "Show me"
    assert other.locator("img").is_visible()


def test_the_front_door_leads_nobody_on_by_itself(visit):
    there = visit("index.html", locale="zh-TW")
    assert there.path == "index.html"
    assert there.page.get_by_role("link").all_inner_texts() == [entry.name for entry in LANGUAGES.values()]
    assert there.faults == []


def test_the_front_door_opens_without_scripts(chromium, address):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("link", name="繁體中文").click()
    assert page.url == f"{address}/zh-TW/index.html"
    context.close()


def test_a_keyboard_is_enough_on_a_phone(visit):
    page = visit("en/day2_learning_rate_schedules.html").page
    page.set_viewport_size({"width": 390, "height": 800})
    menu = page.get_by_role("checkbox", name="Toggle site navigation sidebar")
    link = page.locator(".sidebar-tree a").first
    assert not link.is_visible()
    page.keyboard.press("Tab")
    assert menu.evaluate("box => box === document.activeElement")
    page.keyboard.press("Space")
    page.wait_for_function(
        "() => document.querySelector('.sidebar-tree a').getBoundingClientRect().left >= 0"
    )
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/day1_learning_rate.html")
