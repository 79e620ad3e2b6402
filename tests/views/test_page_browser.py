"""The page in a real browser: what it answers, how it is used, and who can use it."""

import shutil
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from pages import project
from rich.console import Console
from sites import ROOT

from gateway_rules.audit.explanation.answer import explain_plan
from gateway_rules.audit.explanation.question import parse_question
from gateway_rules.errors import Faults
from gateway_rules.packets.protocols import ICMP, opposite
from gateway_rules.planning.flows import Flow
from gateway_rules.planning.planner import Plan
from gateway_rules.planning.stack_plan import load_plan
from gateway_rules.views.explanation_text import print_explanation
from gateway_rules.views.page import project_content
from gateway_rules.views.page.page import page_html

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
if not CHROMIUM:
    pytest.skip("there is no Chromium; apt-get install chromium", allow_module_level=True)

from axe_playwright_python.sync_playwright import Axe  # noqa: E402 - only with a browser.
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402 - likewise.

STACK = "eu-west-1"
NARROW, WIDE = 375, 1440
SIZE = 24
"""Pixels that a finger needs (WCAG 2.2, 2.5.8)."""
PAGES = 6
"""Sheets that a stack takes at the least."""
Words = tuple[str, str, str, str]

ASK = """([stack, some]) => some.map(([direction, protocol, address, port]) => {
  const at = (id) => document.getElementById(id);
  const words = {'/stack': stack, '/direction': direction, '/protocol': protocol,
                 '/address': address, '/port': port};
  for (const [id, value] of Object.entries(words)) at(id).value = value;
  at('/question').requestSubmit();
  const parts = at('/answer').querySelectorAll('p:first-child, h3, dl > div');
  return [...parts].flatMap((part) => part.tagName === 'DIV'
    ? [...part.querySelectorAll('dd')].map((said, index) =>
        (index ? '' : part.querySelector('dt').textContent).padEnd(7) + said.textContent)
    : [part.textContent]);
})"""


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan the repository's own stack."""
    return load_plan(ROOT, STACK).plan


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page of this repository's stacks, one of the pending ones with addresses."""
    folder = tmp_path_factory.mktemp("page")
    root = project(folder / "project", looked_up=["us-east-1"])
    made = folder / "page.html"
    stacks = ("us-east-1", STACK, "sa-east-1")
    made.write_text(
        page_html(project_content.page_content(root, stacks, None, live=False)), encoding="utf-8"
    )
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium, for root too, who has no sandbox."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page of one stack, and of one that is pending."""
    made = tmp_path_factory.mktemp("small") / "page.html"
    content = project_content.page_content(ROOT, (STACK, "sa-east-1"), None, live=False)
    made.write_text(page_html(content), encoding="utf-8")
    return made


@pytest.fixture
def tab(browser: Browser, file: Path) -> Iterator[Page]:
    """Open the page in a wide window; whatever it complains of fails the test."""
    context = browser.new_context(viewport={"width": WIDE, "height": 900})
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: said.append(request.url))
    opened.goto(file.as_uri())
    yield opened
    context.close()
    assert [each for each in said if not each.startswith("file:")] == []


# --- Asking ------------------------------------------------------------------------------------


def words(flow: Flow, direction: str) -> Words:
    """Ask about a flow as a user would."""
    first, last = flow.from_port, flow.to_port
    if flow.protocol in ICMP:
        return direction, flow.protocol, str(flow.peer), f"{first}/{last}"
    port = str(first) if first == last else f"{first}-{last}"
    return direction, flow.protocol, str(flow.peer), port


def assert_alike(made: Plan, asked: Words, said: list[str]) -> None:
    """Hold an answer of the page against what `explain` prints, less what would allow it.

    Of a prefix with many parts it prints the first and counts the others; the page has all.
    """
    lines = told(made, asked)
    cut = next((n for n, line in enumerate(lines) if line.startswith("and ")), None)
    assert said[:cut] == lines[:cut]


def told(made: Plan, asked: Words) -> list[str]:
    """Give the lines of `explain` up to those that lead on."""
    full = explain_plan(made, parse_question(made, *asked[:3], asked[3] or None))
    drawn = StringIO()
    print_explanation(full, Console(file=drawn, width=10_000, highlight=False))
    lines = [line.rstrip() for line in drawn.getvalue().splitlines() if line]
    ends = ("near ", *(cure.why for cure in full.cures))
    kept = _before(lines, ends)
    heads = [line for line in kept[1:] if line.endswith((": allowed", ": refused"))]
    # A whole prefix that is decided alike needs no name of its own.
    return [line for line in kept if len(heads) > 1 or line not in heads]


def _before(lines: list[str], ends: tuple[str, ...]) -> list[str]:
    stop = next((n for n, line in enumerate(lines) if line.startswith(ends)), len(lines))
    return lines[:stop]


def shown(tab: Page, asked: list[Words]) -> list[list[str]]:
    """Ask the page, and give what it answers."""
    found: list[list[str]] = tab.evaluate(ASK, [STACK, [list(each) for each in asked]])
    return found


def test_flows_and_their_opposites_are_answered_as_explain_does(planned: Plan, tab: Page) -> None:
    """Every flow of the stack, and the same the other way round."""
    asked = [
        words(flow, way)
        for flow in planned.flows
        for way in (flow.direction, opposite(flow.direction))
    ]
    for each, said in zip(asked, shown(tab, asked), strict=True):
        assert_alike(planned, each, said)


@pytest.mark.parametrize(
    "asked",
    [
        ("egress", "udp", "192.0.2.1", "123"),
        ("ingress", "tcp", "10.42.8.9", "443"),
        ("ingress", "tcp", "10.42.7.9", "443"),
        ("egress", "tcp", "169.254.169.253", "7"),
        ("ingress", "tcp", "169.254.169.253", "7"),
        ("egress", "tcp", "fd00:ec2::254", "7"),
        ("ingress", "tcp", "FD00:EC2:0:0::254", "7"),
        ("egress", "tcp", "10.42.18.5", "389"),
        ("ingress", "tcp", "10.9.9.9", "22"),
        ("egress", "icmp", "192.0.2.1", "8"),
        ("ingress", "icmp", "192.0.2.1", "3/4"),
        ("ingress", "icmp", "192.0.2.1", "3"),
        ("egress", "icmpv6", "::1", "129"),
        ("egress", "tcp", "APP-patches.clearswift.net", "443"),
        ("egress", "tcp", "self", "443"),
        ("egress", "udp", "169.254.169.123", "123"),
        ("egress", "tcp", "10.42.0.2", "53"),
        ("egress", "tcp", "10.42.16.10", "21"),
        ("egress", "tcp", "10.42.16.10", "2000"),
        ("egress", "tcp", "10.42.16.10", "20-22"),
        ("egress", "udp", "10.42.19.4", "162"),
        ("ingress", "tcp", "10.42.0.0/23", "22"),
        ("egress", "udp", "2001:db8::/32", "53"),
        ("egress", "tcp", "2001:0:0:1:0:0:0:1", "443"),
        ("egress", "tcp", "::ffff:192.0.2.1", "25"),
        ("egress", "6", "192.0.2.1", "25"),
        ("egress", "50", "192.0.2.1", ""),
        ("egress", "-1", "192.0.2.1", ""),
        ("egress", "all", "self", ""),
        ("ingress", "-1", "2001:db8::1", ""),
    ],
    ids=" ".join,
)
def test_single_questions_are_answered_as_explain_does(
    planned: Plan, tab: Page, asked: Words
) -> None:
    """All kinds of protocols, addresses and ports, IPv6 among them."""
    (said,) = shown(tab, [asked])
    assert_alike(planned, asked, said)


def test_a_stack_of_both_families_is_answered_as_explain_does(tab: Page, tmp_path: Path) -> None:
    """Addresses of IPv6 are too long for a script's usual numbers, and are looked up exactly."""
    root = project(tmp_path / "project")
    file = root / "stacks" / f"Pulumi.{STACK}.yaml"
    text = file.read_text()
    for old, new in (
        ("[10.42.8.0/26, 10.42.8.64/26]", "[10.42.8.0/26, 'fd00:42:8::/64']"),
        ("[10.42.0.0/24]", "[10.42.0.0/24, '2001:db8:a::/127', '2001:db8:b::/48']"),
        ("ports: 25, peers: [0.0.0.0/0]", "ports: 25, peers: [0.0.0.0/0, '::/0']"),
    ):
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    made = load_plan(root, STACK).plan
    target = tmp_path / "page.html"
    target.write_text(
        page_html(project_content.page_content(root, (STACK,), None, live=False)), encoding="utf-8"
    )
    tab.goto(target.as_uri())
    asked = [
        *(words(flow, flow.direction) for flow in made.flows if ":" in str(flow.peer)),
        *(("ingress", "tcp", f"2001:db8:a::{last}", "22") for last in "012"),
        ("ingress", "tcp", "2001:db8:a:ffff:ffff:ffff:ffff:ffff", "22"),
        ("ingress", "tcp", "2001:db8:b:ffff:ffff:ffff:ffff:ffff", "22"),
        ("ingress", "tcp", "2001:db8:c::", "22"),
        ("ingress", "tcp", "2001:db8:a::/48", "22"),
        ("ingress", "tcp", "fd00:42:8::7", "443"),
        ("ingress", "tcp", "fd00:42:8:1::7", "443"),
        ("egress", "udp", "self", "19200"),
    ]
    for each, said in zip(asked, shown(tab, asked), strict=True):
        assert_alike(made, each, said)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("egress", "tpc", "192.0.2.1", "1"), "tpc is no protocol"),
        (("egress", "constructor", "192.0.2.1", "1"), "constructor is no protocol"),
        (("egress", "__proto__", "192.0.2.1", "1"), "__proto__ is no protocol"),
        (("egress", "tcp", "192.0.2", "1"), "192.0.2 is no address and no host of the catalogue"),
        (("egress", "tcp", "2001:db8::1::2", "1"), "2001:db8::1::2 is no address"),
        (("egress", "tcp", "192.0.2.1/24", "1"), "write 192.0.2.0/24 for the network"),
        (("egress", "tcp", "192.0.2.1", "70000"), "70000 is no port"),
        (("egress", "tcp", "192.0.2.1", ""), "nothing is no port"),
        (("egress", "50", "192.0.2.1", "80"), "protocol 50 has no ports; leave the port out"),
        (("egress", "icmp", "192.0.2.1", "3/256"), "3/256 is no message of icmp"),
        (("egress", "icmp", "2001:db8::1", "8"), "2001:db8::1 is no address for icmp"),
        (("egress", "udp", "time.clearswift.net", "123"), "has no addresses in the catalogue"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_both(
    planned: Plan, tab: Page, asked: Words, said: str
) -> None:
    """Where explain has a fault, the page says what is wrong, and what to write."""
    with pytest.raises(Faults):
        parse_question(planned, *asked[:3], asked[3] or None)
    ((line,),) = shown(tab, [asked])
    assert line.startswith("This cannot be asked: ")
    assert said in line


def test_an_answer_leads_to_its_rule(tab: Page) -> None:
    """Typed and sent with the keyboard alone, announced, and followed by a click."""
    tab.select_option("[id='/stack']", STACK)
    tab.fill("[id='/address']", "10.42.18.5")
    tab.fill("[id='/port']", "389")
    tab.keyboard.press("Enter")
    answer = tab.get_by_role("status").first
    assert answer.inner_text().startswith("Allowed: egress tcp 389 to 10.42.18.5")
    answer.get_by_role("link").first.click()
    assert tab.url.endswith(f"#{STACK}/group-egress-tcp-389-10.42.18.5/32")


# --- Filtering ---------------------------------------------------------------------------------


def test_the_filter_leaves_what_has_all_words(tab: Page) -> None:
    """Whatever their case; it says how many rows are left, and Escape brings all back."""
    field = tab.get_by_role("searchbox", name="Filter the tables")
    field.fill("  KASPERSKY 184.72.245.1/32 ")
    rows = tab.locator("table.rows > tbody > tr:visible")
    texts = rows.all_inner_texts()
    assert texts
    assert all("kaspersky" in text and "184.72.245.1/32" in text for text in texts)
    left = tab.locator("[id='/left']")
    all_rows = tab.locator("table.rows > tbody > tr").count()
    assert left.inner_text() == f"{len(texts)} of {all_rows} rows"
    field.press("Escape")
    assert (rows.count(), left.inner_text(), field.input_value()) == (all_rows, "", "")


def test_a_link_to_a_hidden_row_shows_it(tab: Page) -> None:
    """The filter gives way to who follows a link."""
    tab.get_by_role("searchbox").fill("no such thing")
    row = tab.locator(f"[id='{STACK}/acl-egress-100']")
    assert not row.is_visible()
    tab.evaluate(f"location.hash = '{STACK}/acl-egress-100'")
    row.wait_for(state="visible")
    assert row.bounding_box() is not None


def test_no_words_of_a_drawing_stand_on_others(tab: Page) -> None:
    """Names, ports and the numbers of axes have room."""
    over = """drawing => {
      const texts = [...drawing.querySelectorAll('text')].filter((each) => each.textContent);
      const boxes = texts.map((each) => each.getBoundingClientRect());
      return texts.map((each) => each.textContent).filter((_, one) => boxes.some((box, other) =>
        one < other && box.left < boxes[one].right && boxes[one].left < box.right
        && box.top + 4 < boxes[one].bottom && boxes[one].top + 4 < box.bottom));
    }"""
    drawings = tab.locator("svg.who, svg.curve").all()
    assert len(drawings) == 6
    assert [words for each in drawings for words in each.evaluate(over)] == []


# --- Using -------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_page_fits_the_window(tab: Page, width: int) -> None:
    """Wide tables scroll by themselves, and what is pressed is large enough."""
    tab.set_viewport_size({"width": width, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    for field in tab.locator("input, select, button, nav a:visible").all():
        box = field.bounding_box()
        assert box
        assert box["height"] >= SIZE
        assert box["x"] + box["width"] <= width


@pytest.mark.parametrize(("width", "scheme"), [(NARROW, "dark"), (WIDE, "light")])
def test_nothing_keeps_anybody_out(tab: Page, small: Path, width: int, scheme: Any) -> None:
    """Axe finds no fault, in either colours, with an answer on the page."""
    tab.goto(small.as_uri())
    tab.emulate_media(color_scheme=scheme)
    tab.set_viewport_size({"width": width, "height": 800})
    shown(tab, [("ingress", "tcp", "10.42.0.0/23", "22")])
    found = Axe().run(tab)
    assert [(each["id"], each["impact"]) for each in found.response["violations"]] == []


def test_the_keyboard_comes_to_the_content_first(tab: Page) -> None:
    """The first stop skips the contents."""
    tab.keyboard.press("Tab")
    skip = tab.locator(".skip")
    assert skip.evaluate("each => each === document.activeElement")
    box = skip.bounding_box()
    assert box
    assert box["x"] >= 0
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.tagName") == "MAIN"


def test_without_a_script_all_but_asking_and_filtering_is_there(
    browser: Browser, file: Path
) -> None:
    """What only a script could do is not offered; the rest can be read and followed."""
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{file.as_uri()}#{STACK}/acl-egress-100")
    assert tab.locator("form, [role=search]").filter(visible=True).count() == 0
    assert tab.locator(f"[id='{STACK}/acl-egress-100']").is_visible()
    assert tab.get_by_role("heading", name="Who talks to whom").count()
    context.close()


def test_it_prints_without_controls(tab: Page) -> None:
    """On paper there are several pages, and nothing that paper cannot do."""
    tab.emulate_media(media="print")
    assert tab.locator("nav, form, [role=search], .skip").filter(visible=True).count() == 0
    cut = "each => each.filter((one) => one.scrollWidth > one.clientWidth).length"
    assert tab.locator(".wide").evaluate_all(cut) == 0
    printed = tab.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") > PAGES
