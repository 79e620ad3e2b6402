"""The page itself: views put into templates, with styles and script inside."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from gateway_rules.packets import amount
from gateway_rules.views.page import changed, lookup, stack_views
from gateway_rules.views.page.content import Content, Planned

_HERE: Final = Path(__file__).parent


def page_html(content: Content) -> str:
    """Write the page; equal content gives equal bytes."""
    text = _environment().get_template("page.html.j2").render(_values(content))
    return text.rstrip() + "\n"


def _values(content: Content) -> dict[str, Any]:
    planned = [each for each in content.stacks if isinstance(each, Planned)]
    return {
        "content": content,
        "catalogue": content.catalogue,
        "summary": stack_views.summary(content),
        "stacks": [
            stack_views.stack(each, content) if isinstance(each, Planned) else each
            for each in content.stacks
        ],
        "planned": [each.name for each in planned],
        "lookup": lookup.shared() | {"stacks": {e.name: lookup.data(e.plan) for e in planned}},
        "caveats": stack_views.caveats(content),
        "changes": changed.changed(content.review, content.stacks) if content.review else None,
        "css": Markup(_text("page.css")),  # noqa: S704 - the package's own file.
        "js": Markup(_text("page.js")),  # noqa: S704 - likewise.
    }


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    environment.filters |= {"amount": amount, "coded": coded, "opening": opening}
    environment.filters["family"] = {"ipv4": "IPv4", "ipv6": "IPv6"}.get
    return environment


def coded(text: str) -> Markup:
    """Set what stands between backticks as code."""
    parts = text.split("`")
    marked = (
        Markup("<code>{}</code>").format(p) if n % 2 else escape(p) for n, p in enumerate(parts)
    )
    return Markup("").join(marked)


def opening(text: str) -> str:
    """Begin a text as a sentence begins."""
    return text[:1].upper() + text[1:]
