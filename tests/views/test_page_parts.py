"""What the parts of a page say: numbers, ports, who is reached, what a budget costs, how old."""

from collections.abc import Sequence
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from sites import EVERYBODY, FEW, ROOT, addition, shipped, site

from gateway_rules.inputs.address_file import ResolvedHost, Seen
from gateway_rules.packets import sets
from gateway_rules.packets.prefixes import parse_address
from gateway_rules.packets.words import amount
from gateway_rules.planning.budget_curve import Curve
from gateway_rules.planning.contributions import entry_contributions
from gateway_rules.planning.network_acl import Budget
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.stack_plan import load_plan
from gateway_rules.views.page.addresses import SeenView, seen
from gateway_rules.views.page.chart import draw, marks
from gateway_rules.views.page.curves import curves
from gateway_rules.views.page.openness import Measure, measures, reaches
from gateway_rules.views.page.page import coded, opening
from gateway_rules.views.page.picture import picture
from gateway_rules.views.page.tables import carriers, rows

TODAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan the repository's own stack."""
    return load_plan(ROOT, "eu-west-1").plan


# --- Words -------------------------------------------------------------------------------------


def test_long_numbers_are_powers_of_ten() -> None:
    """Commas as far as digits can be read, then what is to be read."""
    assert [amount(n) for n in (0, 1234567, 285546589133967)] == ["0", "1,234,567", "2.86 × 10¹⁴"]  # noqa: RUF001


def test_backticks_are_code_and_all_else_is_text() -> None:
    """Whatever stands in them is not markup."""
    assert coded("write `a<b` & go") == "write <code>a&lt;b</code> &amp; go"


def test_sentences_begin_with_a_capital() -> None:
    """A headline of a list opens a paragraph as well."""
    assert [opening("opens 2"), opening("")] == ["Opens 2", ""]


# --- Openness ----------------------------------------------------------------------------------


def test_other_ends_are_told_by_how_far_away_they_are() -> None:
    """The whole world, named public addresses, private ones, and the gateways themselves."""
    some = [
        addition(name="far", protocol="tcp", ports=25, peers=["0.0.0.0/0", "::/0"]),
        addition(
            name="named", protocol="tcp", ports=26, peers=["203.0.113.0/30", "2001:db8::/126"]
        ),
        addition(
            name="near",
            protocol="tcp",
            ports=27,
            peers=["10.0.0.0/30", "fd00::/127", "100.64.0.0/31"],
        ),
        addition(name="own", protocol="tcp", ports=[28, "29-30"], peers=["self"]),
    ]
    bare = dict.fromkeys(shipped().by_id, False)
    made = plan(shipped(), site(services=bare, additions=some, networks=["10.42.8.0/26"]))
    way = made.site.additions[0].direction
    found = [(r.who, r.addresses, r.ports, [s.text for s in r.services]) for r in reaches(made)]
    assert {reach.direction for reach in reaches(made)} == {way}
    assert found == [
        ("Any address", amount((1 << 32) + (1 << 128)), "tcp 25", ["far"]),
        ("Named public addresses", "8", "tcp 26", ["named"]),
        ("Private addresses", "8", "tcp 27", ["near"]),
        ("The gateways themselves", "", "tcp 28-30", ["own"]),
    ]


def test_required_and_excess_are_all_that_passes(planned: Plan) -> None:
    """The bar of a direction is as long as what its entries let through."""
    for measure in measures(planned, entry_contributions(planned)):
        some = [e for e in planned.acl.entries if e.direction == measure.direction]
        assert measure.required + measure.excess == sets.count(sets.passed(some))


def test_a_part_too_small_to_see_is_told_in_words(planned: Plan) -> None:
    """Nothing is drawn larger than it is."""
    egress, ingress = measures(planned, entry_contributions(planned))
    assert egress.proportion == (
        "Of 165,654 packets that it passes, 1 is not required: drawn to scale, a line too thin "
        "to be seen."
    )
    assert ingress.proportion == "Every packet that it passes is required."
    assert (round(1 / egress.part), ingress.part) == (165_654, 0)


@pytest.mark.parametrize(
    ("required", "excess", "said"),
    [
        (3, 3, "Of 2 packets that it passes, 1 is not required."),
        (3, 4, "Of 2 packets that it passes, 1 is required."),
        (1, 999, "Of 1,000 packets that it passes, 1 is required."),
    ],
)
def test_where_most_is_not_required_what_is_required_is_counted(
    required: int, excess: int, said: str
) -> None:
    """Nobody reads that of one packet one is not required."""
    assert Measure("egress", "ipv4", 1, 1, required, excess, "").proportion == said


# --- The picture -------------------------------------------------------------------------------


def test_arrows_point_as_the_rows_say(planned: Plan) -> None:
    """Who is called has the tip; both have one where either may begin."""
    drawn = picture(planned)
    ways = {t.who: (t.toward, t.away) for c in (*drawn.left, *drawn.right) for t in c.talks}
    assert [ways[who] for who in ("administrators", "ftp servers", "peers", "smtp-in")] == [
        (True, False),
        (False, True),
        (True, True),
        (True, False),
    ]


def test_nobody_stands_on_anybody(planned: Plan) -> None:
    """Lines of a side go down the sheet, and end on it."""
    drawn = picture(planned)
    for clusters in (drawn.left, drawn.right):
        places = [talk.y for cluster in clusters for talk in cluster.talks]
        assert places == sorted({*places})
        assert places[-1] < drawn.height
    assert drawn.said == (
        "Who talks with the gateways: 9 under Section 3, Internal Connections; "
        "12 under Section 2, External Connections; 3 under Added by the operator."
    )


def test_roles_without_prefixes_are_not_drawn() -> None:
    """A site has no line for those it has not."""
    made = plan(shipped(), site(**FEW | {"roles": EVERYBODY | {"snmp_managers": []}}))
    (inside,) = picture(made).left
    assert "snmp managers" not in [talk.who for talk in inside.talks]


def test_what_is_too_long_for_a_line_of_the_picture_is_cut() -> None:
    """A name keeps its beginning, and ports are cut between two of them."""
    name, ports = "a-name-that-is-as-long-as-a-name-of-an-addition-may-ever-be", [*range(1, 30, 2)]
    long = addition(name=name, protocol="udp", ports=ports, peers=["192.0.2.0/24"])
    made = plan(shipped(), site(**FEW | {"additions": [long]}))
    talk = picture(made).right[-1].talks[-1]
    assert (talk.who, talk.what) == ("a-name-that-is-as-long-as-a-name-o…", "udp 1, 3, 5, 7, 9, …")


# --- Budgets -----------------------------------------------------------------------------------


def curve(excesses: Sequence[int], own: int = 19, smallest: int = 18) -> Curve:
    """Make a curve of some points."""
    points = (Budget(n, n, excess, excess) for n, excess in enumerate(excesses, smallest))
    return Curve("egress", "ipv4", tuple(points), own)


@pytest.mark.parametrize(
    ("own", "marked"),
    [
        (19, {19: "now, AWS's default", 39: "AWS's most"}),
        (29, {19: "AWS's default", 29: "now", 39: "AWS's most"}),
        (39, {19: "AWS's default", 39: "now, AWS's most"}),
    ],
)
def test_the_stacks_own_budget_is_marked(own: int, marked: dict[int, str]) -> None:
    """Beside those that AWS gives."""
    assert marks(curve([5, 1, 0], own)) == marked


def test_the_table_tells_what_is_proven_and_what_does_not_fit() -> None:
    """A budget too small for anything is said to be so."""
    unproven = Curve("egress", "ipv4", (Budget(20, 20, 9, 4), Budget(21, 21, 0, 0)), 19)
    (view,) = curves("here", [unproven])
    assert view.points == (
        (19, "does not fit", "", "now, AWS's default"),
        (20, "9", "at least 4", "the fewest that hold everything"),
        (21, "0", "the least, proven", "exact from here on"),
        (39, "0", "the least, proven", "AWS's most"),
    )


@pytest.mark.parametrize("excesses", [[5 * 10**18, 3, 0], [0]])
def test_a_drawing_has_a_dot_a_budget_and_nothing_but_forms(excesses: list[int]) -> None:
    """No style, no script, no colour: these are the page's, whatever the curve is like."""
    drawn = ET.fromstring(draw(curve(excesses), "title"))  # noqa: S314 - our own.
    assert drawn.get("aria-labelledby") == "title"
    assert {each.tag for each in drawn.iter()} == {"svg", "g", "line", "circle", "text"}
    assert len([*drawn.iter("circle")]) == len(excesses)
    assert {"fill", "stroke", "style", "font-family"}.isdisjoint(
        name
        for each in drawn.iter()
        for name in each.keys()  # noqa: SIM118 - an element's names.
    )


def names(excesses: Sequence[int], *ends: int) -> list[str]:
    """Give the names on the axes of a drawing."""
    drawn = ET.fromstring(draw(curve(excesses, *ends), "title"))  # noqa: S314 - our own.
    return [each.text for each in drawn.iter("text") if each.text]


def test_no_name_on_an_axis_stands_on_another() -> None:
    """Lines of the scale grow apart with its length, and the less important name gives way."""
    assert names([5 * 10**7, 0], 39, 38) == [
        *("19, default", "39, now"),
        *("none", "1 packet", "1 thousand", "1 million"),
    ]
    assert names([3 * 10**41, 0], 19, 2) == [
        *("3, exact", "19, now", "39, most"),
        *("none", "1 packet", "1 billion", "10¹⁸", "10²⁷", "10³⁶"),
    ]


def test_the_step_of_a_scale_is_told() -> None:
    """Each line stands for so many times as many packets as the one below."""
    some = [curve([5 * 10**7, 0]), curve([3 * 10**41, 0])]
    assert [view.step for view in curves("here", some)] == ["1,000", "1,000,000,000"]


# --- Addresses ---------------------------------------------------------------------------------


def test_looked_up_addresses_have_an_age() -> None:
    """Counted to the day that the page is about; what a person wrote has none."""
    day = date(2026, 6, 1)
    host = "apphelp.clearswift.com"
    addresses = (
        Seen(address=parse_address("203.0.114.1"), first_seen=day, last_seen=day, resolvers=("a",)),
        Seen(address=parse_address("203.0.114.2")),
    )
    known = ResolvedHost(name=host, addresses=addresses)
    made = plan(shipped(), site(**FEW | {"addresses": {"use": "resolved"}, "hosts": (known,)}))
    assert seen(made, TODAY) == (
        SeenView(host, "203.0.114.1", "2026-06-01", "2026-06-01", "29 days", "a"),
        SeenView(host, "203.0.114.2", "written by hand", "written by hand", "", ""),
    )


def test_a_narrowed_service_says_to_whom() -> None:
    """The other end is the site's, not the document's."""
    made = plan(shipped(), site(**FEW | {"services": FEW["services"] | {"dns": ["10.0.0.2/32"]}}))
    (dns,) = (row for row in rows(made, carriers(made)) if row.service == "dns")
    assert [tuple(end) for end in dns.ends] == [("narrowed to", "10.0.0.2/32")]
