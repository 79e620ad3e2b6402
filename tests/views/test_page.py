"""The page holds what the plans hold, points nowhere but into itself, and is the same each time."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from cloud import aws, deploy
from pages import Element, links, project, read
from repository import ADMINISTRATORS, FRANKFURT, IRELAND, cure, repository
from sites import placed
from typed import Type, typist
from written import HOSTS

from gateway_rules.planning.planner import Plan
from gateway_rules.planning.stack_plan import load_plan
from gateway_rules.views.page import anchors, project_content
from gateway_rules.views.page.content import Content, Planned
from gateway_rules.views.page.page import page_html

PENDING = ("ap-northeast-1", "ap-southeast-2", "sa-east-1", "us-east-1")
SIX = 6
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """Gather six stacks, those outside EMEA with addresses that somebody wrote by hand."""
    root = project(tmp_path_factory.mktemp("six") / "project", looked_up=PENDING)
    return project_content.page_content(root, (), None, live=False)


@pytest.fixture(scope="module")
def text(content: Content) -> str:
    """Write the page of the six stacks."""
    return page_html(content)


@pytest.fixture(scope="module")
def top(text: str) -> Element:
    """Read the page of the six stacks."""
    return read(text)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Give a function that runs a command line."""
    return typist(monkeypatch, capsys)


def plans(content: Content) -> list[Plan]:
    """Give the plans of a page."""
    return [each.plan for each in content.stacks if isinstance(each, Planned)]


# --- What it holds -----------------------------------------------------------------------------


def test_six_stacks_are_told_in_less_than_a_megabyte(content: Content, text: str) -> None:
    """A page goes through any mail system as an attachment."""
    assert (len(plans(content)), len(text.encode()) < MEGABYTE) == (SIX, True)


def test_every_rule_can_be_pointed_at(content: Content, top: Element) -> None:
    """Each is a row under its Pulumi name, with packets, peer and who asks for it."""
    known = top.having("id")
    for plan in plans(content):
        for group in plan.groups:
            for rule in group.rules:
                cells = known[anchors.rule(plan.site.stack, group, rule)].cells
                assert cells[1:] == [str(rule.peer), ", ".join(rule.services)]
                assert cells[0].startswith(rule.protocol)


def test_every_entry_can_be_pointed_at(content: Content, top: Element) -> None:
    """Each is a row under its direction and number, with all that it has."""
    known = top.having("id")
    for plan in plans(content):
        for entry in plan.acl.entries:
            cells = known[anchors.entry(plan.site.stack, entry)].cells
            assert (cells[0], cells[2]) == (str(entry.number), str(entry.prefix))
            assert cells[-1] == ", ".join(entry.services)


def test_what_entries_add_sums_to_the_excess(content: Content, top: Element) -> None:
    """The figures of the entries are those of the summary."""
    known = top.having("id")
    for plan in plans(content):
        rows = [known[anchors.entry(plan.site.stack, entry)].cells for entry in plan.acl.entries]
        added = sum(int(cells[5].replace(",", "")) for cells in rows)
        assert added == sum(budget.excess for budget in plan.acl.budgets.values())


def test_every_row_names_what_carries_it(content: Content, top: Element) -> None:
    """Each row of the document leads to just the rules and entries that have it among theirs."""
    known = top.having("id")
    for plan in plans(content):
        stack = plan.site.stack
        for service in plan.catalogue.services:
            carried = {
                *(
                    anchors.rule(stack, group, rule)
                    for group in plan.groups
                    for rule in group.rules
                    if service.id in rule.services
                ),
                *(anchors.entry(stack, e) for e in plan.acl.entries if service.id in e.services),
            }
            own = anchors.row(stack, service)
            row = known[own]
            assert {*links(row)} == {f"#{own}", *(f"#{each}" for each in carried)}
            assert [service.section, service.row] == [row.cells[0], row.all("a")[0].text]


def test_what_a_site_leaves_out_is_carried_by_nothing(tmp_path: Path) -> None:
    """The row says why, and what leaves it out is told as the operator's doing."""
    there = repository(tmp_path)
    top = read(
        page_html(project_content.page_content(there.root, ("eu-west-1",), None, live=False))
    )
    row = top.having("id")["eu-west-1/row-2-product-updates"]
    assert row.cells[-1] == "Carried by nothing: the stack file leaves it out."
    settings = [item.text for item in top.all("li")]
    assert {"product-updates: left out", "dns: narrowed to 10.42.0.2/32"} <= {*settings}


def test_additions_errata_and_caveats_are_there(content: Content, top: Element) -> None:
    """What the operator added, what is misprinted, and what the document does not say."""
    known = top.having("id")
    assert known["eu-west-1/addition-smtp-in"].cells[:2] == [
        "smtp-in",
        "- {name: smtp-in, direction: ingress, protocol: tcp, ports: 25, peers: [0.0.0.0/0]}",
    ]
    for number, erratum in enumerate(content.catalogue.errata, 1):
        cells = known[f"/erratum-{number}"].cells
        assert cells == [erratum.section, erratum.row, erratum.printed, erratum.taken, erratum.why]
    for caveat in content.catalogue.caveats:
        assert known[f"/caveat-{caveat.id}"].cells[2] == f"{caveat.what}; {caveat.why}."
    taken = "taken over by ap-northeast-1, ap-southeast-2, eu-central-1, eu-west-1"
    assert taken in known["/caveat-path-mtu-discovery"].text


def test_looked_up_addresses_are_told_apart(top: Element) -> None:
    """Where the document's addresses do not hold, the stack's own stand with their days."""
    tables = {table.all("caption")[0].text: table for table in top.all("table")}
    caption = next(each for each in tables if each.startswith("Addresses that were looked up"))
    hosts = [row.cells[:3] for row in tables[caption].all("tr")[1:]]
    assert hosts == [[h, f"84.39.153.{n}", "written by hand"] for n, h in enumerate(HOSTS, 1)]
    assert top.text.count("none was looked up") == SIX - len(PENDING)


def test_curves_mark_the_quotas(content: Content, top: Element) -> None:
    """Each direction has its curve, its quotas, and what a larger one buys."""
    drawn = [svg for svg in top.all("svg") if svg.attributes.get("class") == "curve"]
    titles = {svg.attributes["aria-labelledby"]: svg for svg in drawn}
    ways = [(plan.site.stack, way) for plan in plans(content) for way in ("egress", "ingress")]
    assert {*titles} == {f"{stack}/budget-{way}-ipv4-title" for stack, way in ways}
    words = [text.text for text in titles["eu-west-1/budget-egress-ipv4-title"].all("text")]
    assert {"2", "19, now", "39, most", "49, exact", "none", "1 billion"} <= {*words}
    assert "39,009 times fewer" in top.text


def test_the_picture_names_all_who_talk(content: Content, top: Element) -> None:
    """Roles and rows stand beside the gateway, each with an arrow."""
    pictures = [svg for svg in top.all("svg") if svg.attributes.get("class") == "who"]
    assert len(pictures) == SIX
    words = [text.text for text in pictures[0].all("text")]
    outside = {service.row for service in content.catalogue.services if not service.role}
    inside = {role.replace("_", " ") for role in content.catalogue.roles}
    assert outside | inside | {"smtp-in", "Mail gateways"} <= {*words}


# --- What it is --------------------------------------------------------------------------------


def test_ids_are_unique_and_links_lead_somewhere(text: str, top: Element) -> None:
    """A ticket points at one thing, and no link is dead."""
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len({*ids})
    known = top.having("id")
    assert [link for link in links(top) if link.removeprefix("#") not in known] == []
    named = [e.attributes[n] for n in ("for", "aria-labelledby", "list") for e in _having(top, n)]
    assert [each for each in named if each not in known] == []


def _having(top: Element, attribute: str) -> list[Element]:
    return [element for element in top.all() if attribute in element.attributes]


def test_nothing_is_fetched(text: str, top: Element) -> None:
    """The page is whole: no other file, no host, not even in its styles."""
    assert {link[:1] for link in links(top)} == {"#"}
    assert not re.search(r"https?:|//[a-z]|@import|url\(|fetch\(|XMLHttp|<link|<img", text)


def test_the_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    """Neither the day nor a process's hashes show."""
    root = repository(tmp_path).root
    made = [_made(root, seed) for seed in ("1", "2")]
    assert made[0] == made[1]
    assert made[0].endswith(b"</html>\n")


def _made(root: Path, seed: str) -> bytes:
    command = [sys.executable, "-m", "gateway_rules", "-C", str(root), "report", "-o", "-"]
    done = subprocess.run(  # noqa: S603 - our own command
        command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
    )
    return done.stdout


def test_what_files_say_is_text(content: Content) -> None:
    """Markup in a stack's file or in the catalogue is shown, not obeyed."""
    evil = "</script><script>alert(1)</script>"
    planned = next(each for each in content.stacks if isinstance(each, Planned))
    first, *others = content.catalogue.services
    named = first.model_copy(update={"row": evil, "reason": evil})
    catalogue = content.catalogue.model_copy(update={"services": (named, *others), "title": evil})
    stack = placed(replace(planned.plan, catalogue=catalogue), vpc={"Name": evil})
    made = page_html(Content(catalogue, [replace(planned, stack=stack)]))
    top = read(made)
    assert len(top.all("script")) == len(re.findall("<script", made)) == 2
    assert f"Name={evil}" in top.text
    assert "alert(1)" in top.all("title")[0].text


def test_headings_and_tables_can_be_found_by_ear(top: Element) -> None:
    """Headings skip no level, tables have captions, and columns and rows their heads."""
    levels = [int(each.name[1]) for each in top.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in top.all("table"):
        assert table.all("caption")[0].text
        assert all("scope" in head.attributes for head in table.all("th"))


# --- The command -------------------------------------------------------------------------------


def test_a_pending_stack_is_told_with_its_cure(tmp_path: Path, typed: Type) -> None:
    """It has a section that says what it lacks, and a line in the summary."""
    root = project(tmp_path / "project")
    done = typed("-C", root, "report", "us-east-1", "eu-west-1", "-o", tmp_path / "page.html")
    assert done == (0, f"wrote {tmp_path / 'page.html'}\n", [])
    top = read((tmp_path / "page.html").read_text())
    summary = [row.cells for row in top.all("table")[0].all("tr")[1:]]
    assert [(cells[0], cells[-1]) for cells in summary] == [
        ("us-east-1", "pending"),
        ("eu-west-1", "planned"),
    ]
    assert "and 4 more hosts in US are not known. To go on, run gateway-rules" in top.text


def test_pending_stacks_alone_are_an_error(tmp_path: Path, typed: Type) -> None:
    """Whoever names only what cannot be told is told why, and no page is written."""
    there = repository(tmp_path)
    there.edit(IRELAND, "aws:region: eu-west-1", "aws:region: us-east-1")
    there.edit(IRELAND, "    spam-signatures-cloud: false\n", "")
    done = typed("-C", there.root, "report", "eu-west-1", "-o", tmp_path / "page.html")
    assert (done.code, done.out) == (2, "")
    assert [line.partition("[pending] ")[2] for line in done.err] == [cure(there, "eu-west-1")]
    assert not (tmp_path / "page.html").exists()


def test_all_faults_of_all_stacks_are_told_at_once(tmp_path: Path, typed: Type) -> None:
    """A page about files that are wrong would mislead."""
    there = repository(tmp_path)
    there.edit(IRELAND, "10.42.0.0/24", "10.42.0.1/24")
    done = typed("-C", there.root, "report", "-o", "-")
    assert (done.code, done.out, len(done.err)) == (2, "", 1)
    assert done.err[0].startswith(f"error: {IRELAND}:")


def test_a_page_that_cannot_be_written_is_no_answer(tmp_path: Path, typed: Type) -> None:
    """The user is told which file and why."""
    root = repository(tmp_path / "there").root
    (tmp_path / "file").write_text("")
    target = tmp_path / "file" / "page.html"
    done = typed("-C", root, "report", "-o", target)
    assert (done.code, done.out, len(done.err)) == (3, "", 1)
    assert done.err[0].startswith(f"error: {target}:1:1: [no-write] cannot be written: ")


def test_a_terminal_is_told_what_takes_long(
    tmp_path: Path, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each stack's curves are named on one line, which is gone at the end."""
    root = project(tmp_path / "project")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    done = typed("-C", root, "report", "-o", tmp_path / "page.html")
    said = [f"{name}: what each budget costs\x1b[K" for name in ("eu-central-1", "eu-west-1")]
    assert done.err == ["", *said, "\x1b[K"]


def test_a_folder_is_no_page(tmp_path: Path, typed: Type) -> None:
    """The cure is another name, and not more room or rights."""
    root = repository(tmp_path / "there").root
    done = typed("-C", root, "report", "-o", tmp_path)
    assert (done.code, done.out) == (3, "")
    said = "cannot be written: Is a directory; name a file in it"
    assert done.err == [f"error: {tmp_path}:1:1: [no-write] {said}"]


def test_the_revision_is_named_and_whether_it_holds(tmp_path: Path) -> None:
    """The page is about a commit of a day, or about that and something on top."""
    there = repository(tmp_path)
    there.git("tag", "v7", "-m", "seven")
    clean = project_content.page_content(there.root, ("eu-west-1",), None, live=False)
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.0/25]")
    dirty = project_content.page_content(there.root, ("eu-west-1",), None, live=False)
    assert (clean.revision, dirty.revision) == ("v7", "v7, with changes that are not committed")
    time = int(there.git("show", "-s", "--format=%ct", "HEAD"))
    day = datetime.fromtimestamp(time, UTC).date()
    assert clean.today == day
    assert f"revision v7; {day}" in read(page_html(clean)).text


def test_days_are_those_of_utc_and_today_where_files_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No address is told to be younger than nothing: look-ups go by UTC, and precede commits."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-03-01T23:30:00-05:00")
    there = repository(tmp_path)
    clean = project_content.page_content(there.root, ("eu-west-1",), None, live=False)
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.0/25]")
    dirty = project_content.page_content(there.root, ("eu-west-1",), None, live=False)
    assert (clean.today, dirty.today) == (date(2026, 3, 2), datetime.now(UTC).date())


def test_what_changed_since_a_revision_is_told(tmp_path: Path) -> None:
    """The comparison is that of `diff`, in the page."""
    there = repository(tmp_path)
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.0/24, 10.42.1.7/32]")
    top = read(page_html(project_content.page_content(there.root, (), "main", live=False)))
    (table,) = (t for t in top.all("table") if t.all("caption")[0].text.startswith("Opened"))
    assert [row.cells for row in table.all("tr")[1:]] == [
        [
            "ingress tcp 22 from",
            "10.42.1.7/32",
            "1",
            "ssh (section 3, SSH, administrators)",
        ],
        [
            "ingress tcp 443 from",
            "10.42.1.7/32",
            "1",
            "management-ui (section 3, HTTP/S, administrators)",
        ],
    ]
    assert "Edited: role administrators: " in top.text


def test_a_stack_that_is_pending_as_it_was_has_not_changed(tmp_path: Path) -> None:
    """What it lacks stands in its own section alone, unlike that of one that turned pending."""
    there = repository(tmp_path)
    ours, theirs = "    spam-signatures-cloud: false\n", "aws:region: eu-west-1"
    there.edit(IRELAND, ours, "")
    there.edit(IRELAND, theirs, "aws:region: us-east-1")
    commit = there.commit("pending")
    for base, heads in (("main", ["eu-west-1", "eu-central-1"]), (commit, ["eu-central-1"])):
        found = read(page_html(project_content.page_content(there.root, (), base, live=False)))
        (section,) = (s for s in found.all("section") if "What changed" in s.all("h2")[0].text)
        assert [head.text for head in section.all("h3")] == heads


def test_limits_of_stacks_that_the_page_leaves_out_are_left_out(tmp_path: Path) -> None:
    """A page about one stack says nothing of what another opens."""
    there = repository(tmp_path)
    for stack in (IRELAND, FRANKFURT):
        there.edit(stack, ADMINISTRATORS, "administrators: [0.0.0.0/0]")
    top = read(
        page_html(project_content.page_content(there.root, ("eu-west-1",), "main", live=False))
    )
    stopped = [each.text for each in top.all("li") if each.text.startswith("Stopped by policy")]
    assert stopped
    assert {line.split(": ")[1] for line in stopped} == {"eu-west-1"}


def test_the_page_tells_what_moves_in_the_policy(tmp_path: Path) -> None:
    """Whoever reads the page in place of the comment sees it too."""
    there = repository(tmp_path)
    there.write("policy.yaml", "limits: {opened_addresses: 1}\n")
    top = read(page_html(project_content.page_content(there.root, (), "main", live=False)))
    notes = [each.text for each in top.all("li") if each.text.startswith("Note: policy moves")]
    assert [note.split(": ")[2] for note in notes] == [
        "policy.yaml is new",
        "limits.opened_addresses",
    ]


def test_what_aws_has_is_told(tmp_path: Path) -> None:
    """A rule that somebody took out by hand is missing in the page, with what mends it."""
    root = project(tmp_path / "project")
    with aws("eu-west-1") as client:
        deploy(load_plan(root, "eu-west-1").plan, client)
        clean = read(page_html(project_content.page_content(root, ("eu-west-1",), None, live=True)))
        rules = client.describe_security_group_rules()["SecurityGroupRules"]
        ssh = next(r for r in rules if not r["IsEgress"] and r.get("FromPort") == 22)
        client.revoke_security_group_ingress(
            GroupId=ssh["GroupId"], SecurityGroupRuleIds=[ssh["SecurityGroupRuleId"]]
        )
        torn = read(page_html(project_content.page_content(root, ("eu-west-1",), None, live=True)))
    assert "In order: every required packet passes" in clean.text
    (table,) = (t for t in torn.all("table") if "differs from the plan" in t.text)
    assert [row.cells[0] for row in table.all("tr")[1:]] == ["missing"]
