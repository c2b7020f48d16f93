"""What a page opened in a headless browser did, and what stands on it that must not."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

_WRITTEN = (
    "a abbr b blockquote body br caption circle code dd del details div dl dt em figcaption figure footer h1 "
    "h2 h3 h4 h5 h6 head header hr html i img kbd li link main meta nav ol p path picture pre s section small "
    "source span strong style sub summary sup svg table tbody td th thead time title tr ul wbr"
)
ELEMENTS = frozenset(_WRITTEN.split())
"""What the templates write, and what Markdown may."""
_LOOK = r"""names => {
  const all = [...document.querySelectorAll('*')], bad = [];
  const show = e => e.outerHTML.slice(0, 120);
  for (const e of all) {
    const drawn = ['rect', 'text', 'polygon'].includes(e.localName) && e.closest('svg.pic, .side svg, .key svg');
    if (!names.includes(e.localName) && !drawn) bad.push('element ' + show(e));
    for (const a of e.attributes) {
      if (/^on/i.test(a.name)) bad.push('handler ' + show(e));
      if (['src', 'srcset'].includes(a.name) && !/^data:image\//.test(a.value)) bad.push('source ' + show(e));
      if (a.name == 'href' && e.localName == 'a' && !/^(#|https?:|mailto:|[\w.\/% -]*\.html$)/.test(a.value))
        bad.push('address ' + show(e));
    }
    if (e.localName == 'style' && e.parentNode != document.head) bad.push('style in the page');
    if (e.localName == 'svg' && !e.matches('.strip, .pic, .side svg, .key svg')) bad.push('svg ' + show(e));
    if (e.localName == 'link' && e.rel != 'icon') bad.push('link ' + show(e));
    if (e.localName == 'meta' && /refresh/i.test(e.httpEquiv)) bad.push('meta ' + show(e));
  }
  if (document.querySelectorAll('style').length != 1) bad.push('another style sheet');
  if (document.querySelectorAll('meta[http-equiv]').length != 1) bad.push('another policy');
  if (window.ran !== undefined) bad.push('something ran');
  const last = document.querySelector('main section.prov:last-of-type'), foot = document.querySelector('body > footer');
  for (const [name, e] of [['last section', last], ['footer', foot]])
    if (!e || !e.getBoundingClientRect().height || getComputedStyle(e).visibility != 'visible') bad.push('no ' + name);
  if (document.documentElement.scrollWidth > innerWidth) bad.push('wider than the window');
  return bad;
}"""
_TEXTS = """([selector, attribute]) => [...document.querySelectorAll(selector)].map(
  e => (attribute ? e.getAttribute(attribute) : e.textContent).trim().replace(/\\s+/g, ' '))"""


@dataclass(frozen=True)
class Seen:
    """What came of opening a page.

    Attributes
    ----------
    done : requests, dialogs and messages, which there must not be.
    faults : what stands on it and must not, or does not and must.
    texts : of what each selector finds, in one line each; `selector@name` takes an attribute.
    """

    done: list[str]
    faults: list[str]
    texts: dict[str, list[str]]


def look_at(browser: Browser, file: Path, selectors: Sequence[str] = (), *, width: int = 390) -> Seen:
    """Open a page, unfold it, and tell what it did and holds."""
    page = browser.new_page(viewport={"width": width, "height": 844})
    done: list[str] = []

    def dismiss(dialog: Any) -> None:
        done.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("request", lambda r: done.append(f"request {r.url}") if not r.url.startswith("data:") else None)
    page.on("console", lambda m: done.append(f"message {m.text}"))
    page.on("pageerror", lambda e: done.append(f"error {e}"))
    page.on("popup", lambda p: done.append(f"window {p.url}"))
    page.on("dialog", dismiss)
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    faults = page.evaluate(_LOOK, sorted(ELEMENTS))
    texts = {one: page.evaluate(_TEXTS, [*one.split("@"), ""][:2]) for one in selectors}
    done = [one for one in done if one != f"request {file.as_uri()}"]
    page.close()
    return Seen(done, faults, texts)


def in_one_line(text: str) -> str:
    r"""Write a text as a page's text is written here: `\s+` as JavaScript understands it becomes one blank."""
    return " ".join(text.replace("\ufeff", " ").split())
