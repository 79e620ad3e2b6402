"""Edits of the catalogue's text, which leave all else as it was."""

from pathlib import Path

import pytest
from document_generator import PRINTED, Issue, prose, written
from hypothesis import given, settings
from import_outcome import CATALOGUE, TEXT, with_head, with_lines, with_text
from test_import_properties import issues

from gateway_rules.authoring.issue.cells import read_issue
from gateway_rules.authoring.issue.edit import edit_catalogue
from gateway_rules.authoring.issue.propose import Proposal, propose
from gateway_rules.authoring.issue.splice import compose, relisted, rewritten, spliced
from gateway_rules.authoring.issue.yaml_text import scalar
from gateway_rules.errors import Faults
from gateway_rules.inputs.catalogue import Catalogue, read_catalogue

UPDATES = "Product updates"


def proposed(issue: Issue, catalogue: Catalogue) -> Proposal:
    """Hold an issue against a catalogue."""
    return propose(read_issue(written(issue), "next.txt"), catalogue, prose())


def reread(text: str, folder: Path) -> Catalogue:
    """Read the text of a catalogue."""
    file = folder / "catalogue.yaml"
    file.write_text(text, encoding="utf-8")
    return read_catalogue(file, folder)


def edited(issue: Issue, text: str, folder: Path) -> str:
    """Give the text of a catalogue with an issue in it."""
    catalogue = reread(text, folder)
    return edit_catalogue(text, catalogue, proposed(issue, catalogue))


def with_hosts(text: str, hosts: str) -> str:
    """Give the shipped catalogue with other lines for the host of the RSS feed."""
    line = "      - {name: www.clearswift.com, addresses: [162.13.22.202]}\n"
    assert line in text
    return text.replace(line, hosts)


@settings(max_examples=15)
@given(issues())
def test_the_edited_text_says_what_is_proposed(
    tmp_path_factory: pytest.TempPathFactory, issue: Issue
) -> None:
    """Read again, it has the proposed services, and the same issue then changes nothing more."""
    proposal = proposed(issue, CATALOGUE)
    text = edit_catalogue(TEXT, CATALOGUE, proposal)
    folder = tmp_path_factory.mktemp("edited")
    read = reread(text, folder)
    assert [draft.id for draft in proposal.services] == list(read.by_id)
    for draft, service in zip(proposal.services, read.services, strict=True):
        hosts = [(host.name, host.addresses) for host in service.hosts]
        assert hosts == [(host.name, host.addresses) for host in draft.hosts]
        assert (draft.protocol, draft.ports) == (service.protocol, service.ports)
    assert text == edit_catalogue(text, read, proposed(issue, read))
    assert {line for line in TEXT.splitlines() if line.startswith(("#", "  #"))} <= set(
        text.splitlines()
    )


def test_comments_beside_and_between_hosts_stay(tmp_path: Path) -> None:
    """A host keeps its comments when its addresses change, and loses them when it goes."""
    hosts = (
        "      # The news.\n"
        "      - name: www.clearswift.com # By name.\n"
        "        addresses: [162.13.22.202] # By address.\n"
        "      # The old news.\n"
        "      - {name: old.clearswift.com, addresses: [23.1.2.4]}\n"
    )
    text = edited(
        with_text("RSS Feed", "162.13.22.202", "23.1.2.3"), with_hosts(TEXT, hosts), tmp_path
    )
    assert text == with_hosts(
        TEXT,
        "      # The news.\n"
        "      - name: www.clearswift.com # By name.\n"
        "        addresses: [23.1.2.3] # By address.\n",
    )


def test_hosts_written_as_blocks_stay_so(tmp_path: Path) -> None:
    """Only the addresses of a host are written anew, on a line where they stood."""
    hosts = (
        "      - name: www.clearswift.com\n"
        "        addresses:\n"
        "          - 162.13.22.202\n"
        "          - 23.1.2.4\n"
    )
    text = edited(PRINTED, with_hosts(TEXT, hosts), tmp_path)
    assert text == with_hosts(
        TEXT,
        "      - name: www.clearswift.com\n        addresses:\n          [162.13.22.202]\n",
    )


def test_an_alias_is_replaced_where_it_stands(tmp_path: Path) -> None:
    """A service that shares its ports with another by an alias changes alone."""
    first = TEXT.replace("    ports: [80]\n", "    ports: &http [80]\n", 1)
    text = first.replace("    ports: [80]\n", "    ports: *http\n")
    changed = edited(with_head("RSS Feed", port="81"), text, tmp_path)
    assert changed.count("    ports: *http\n") == text.count("    ports: *http\n") - 1
    assert "    ports: [81]\n    hosts:\n      - {name: www.clearswift.com" in changed
    assert "    ports: &http [80]\n" in changed


def test_an_anchor_moves_to_the_first_use_of_its_value(tmp_path: Path) -> None:
    """Others keep the value of an anchor whose own place says something else now."""
    first = TEXT.replace("    ports: [80]\n", "    ports: &http [80]\n", 1)
    text = first.replace("    ports: [80]\n", "    ports: *http\n")
    changed = edited(with_head("Appliance online help", port="81"), text, tmp_path)
    assert changed.count("    ports: [81]\n") == 1
    assert changed.count("    ports: &http [80]\n") == 1
    ports = {service.id: service.ports for service in reread(changed, tmp_path).services}
    assert ports["appliance-online-help"] == ((81, 81),)
    assert ports["product-updates"] == ports["rss-feed"] == ((80, 80),)


def test_without_an_anchor_the_reason_is_written_out(tmp_path: Path) -> None:
    """A new row's reason needs no alias that the catalogue does not have."""
    plain = TEXT.replace("&client ", "").replace("*client", "every row is a client")
    new = PRINTED.with_block(
        "RSS Feed",
        PRINTED.block("RSS Feed"),
        with_head("RSS Feed", label="News", port="81").block("News"),
    )
    text = edited(new, plain, tmp_path)
    assert (
        "    row: News\n    direction: egress\n"
        "    reason: every row of the section is a client of a public server\n"
    ) in text


def test_a_list_may_become_empty(tmp_path: Path) -> None:
    """When the last erratum goes, its list stays and is empty."""
    start, end = TEXT.index("\nerrata:\n") + 1, TEXT.index("\ncaveats:\n") + 1
    entry = TEXT[TEXT.index('  - section: "2"\n    row: Product updates\n    printed: 54.') :]
    text = f"{TEXT[:start]}errata:\n{entry[: entry.index('  - ', 4)]}\n{TEXT[end:]}"
    mended = with_lines(
        UPDATES,
        *(
            (
                name,
                tuple(
                    word.replace("0.0./17", "0.0/17").replace("178.236.4.0", "178.236.0.0")
                    for word in words
                ),
            )
            for name, words in PRINTED.block(UPDATES).lines
        ),
    )
    changed = edited(mended, text, tmp_path)
    assert "\nerrata: []\n\ncaveats:\n" in changed
    assert reread(changed, tmp_path).errata == ()


@pytest.mark.parametrize(
    ("old", "now", "new"),
    [
        ("k: a # b\n", "c", "k: c # b\n"),
        ('k: "3.14"\n', "3.15", 'k: "3.15"\n'),
        ("k: a\n", "3.15", 'k: "3.15"\n'),
        ("k: a\n", "b, c", "k: b, c\n"),
        ("{k: a}\n", "b, c", '{k: "b, c"}\n'),
        ("k: a\n", "b: c", 'k: "b: c"\n'),
        ("k: 'a'\n", "b", "k: b\n"),
        ("k: a\n", "a", "k: a\n"),
    ],
)
def test_a_text_is_rewritten_in_its_place(old: str, now: str, new: str) -> None:
    """It is quoted where it must be or was, and what is the same stays."""
    root = compose(old)
    assert new == spliced(old, 0, len(old), rewritten(old, root, {"k": now}))


def test_items_are_written_whole() -> None:
    """The comment above the first item is part of the list, the key's own line is not."""
    text = "k: # first\n  # second\n  - a\n\n  - b # third\nl: c\n"
    splices = relisted(text, compose(text), "k", ["  - d\n"])
    assert spliced(text, 0, len(text), splices) == "k: # first\n  - d\nl: c\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("NTLM (PMM)", "NTLM (PMM)"),
        ("3.14", '"3.14"'),
        ("yes # no", '"yes # no"'),
        ("true", '"true"'),
        ("", '""'),
        ("a]", '"a]"'),
        ("é", "é"),
        ('"', '"\\""'),
    ],
)
def test_a_text_reads_back_as_itself(text: str, written: str) -> None:
    """Quotes are written only where YAML would read something else."""
    assert written == scalar(text)


@pytest.mark.parametrize("label", ["RSS\x85Feed", "RSS\ufffeFeed"])
def test_a_label_with_a_sign_that_nobody_sees_is_refused(tmp_path: Path, label: str) -> None:
    """What a document hides does not get into the catalogue, whose texts reviewers read."""
    with pytest.raises(Faults, match="hidden-character"):
        reread(edited(with_head("RSS Feed", label=label), TEXT, tmp_path), tmp_path)


@pytest.mark.parametrize("row", ["RSS Feed", '"RSS Feed"', "'RSS Feed'"])
@pytest.mark.parametrize("label", ['RSS "Feed"', "RSS\\Feed", "RSS #Feed", "RSS: Feed"])
def test_a_label_may_have_any_sign(tmp_path: Path, row: str, label: str) -> None:
    """However the old one is quoted, the new one reads back as it is printed."""
    text = TEXT.replace("row: RSS Feed", f"row: {row}")
    new = edited(with_head("RSS Feed", label=label), text, tmp_path)
    assert reread(new, tmp_path).by_id["rss-feed"].row == label
