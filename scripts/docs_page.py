"""A page of Markdown of this repository, for scripts/docs: its headings, links, anchors and text."""

import html
import os
import re
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

ROOT = Path(__file__).resolve().parent.parent
CODE = HtmlFormatter(nowrap=True)


def slug(text):
    """The anchor that GitHub makes of a heading's text."""
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def plain(tokens):
    """What a reader sees of inline tokens."""
    out = []
    for token in tokens or []:
        if token.type in ("text", "code_inline"):
            out.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            out.append(" ")
        elif token.type == "image":
            out.append(token.content)
    return "".join(out)


def colour(text, language):
    try:
        return highlight(text, get_lexer_by_name(language, stripnl=False), CODE)
    except ClassNotFound:
        return html.escape(text)


class Page:
    """A page of Markdown: its headings with their anchors, its links, and its text by section."""

    def __init__(self, path, parser):
        self.path = path
        self.tokens = parser.parse((ROOT / path).read_text(encoding="utf-8"))
        self.headings = []  # (level, anchor, text)
        self.links = []  # (line, target, token)
        self.sections = []  # (anchor, heading, text)
        self.read()
        self.title = next((text for level, _, text in self.headings if level == 1), path)

    def read(self):
        seen, line, heading, words = {}, 1, ("", ""), []
        for index, token in enumerate(self.tokens):
            if token.map:
                line = token.map[0] + 1
            if token.type == "heading_open":
                text = plain(self.tokens[index + 1].children)
                base = slug(text)
                number = seen.get(base, 0)
                seen[base] = number + 1
                anchor = base if number == 0 else f"{base}-{number}"
                token.attrSet("id", anchor)
                self.headings.append((int(token.tag[1]), anchor, text))
                self.sections.append((*heading, " ".join(words)))
                heading, words = (anchor, text), []
            elif token.type == "inline":
                if self.tokens[index - 1].type != "heading_open":
                    words.append(plain(token.children))
                for child in token.children:
                    if child.type == "link_open":
                        self.links.append((line, child.attrGet("href"), child))
                    elif child.type == "image":
                        self.links.append((line, child.attrGet("src"), child))
            elif token.type == "fence":
                words.append(token.content)
        self.sections.append((*heading, " ".join(words)))

    @property
    def output(self):
        """Where it goes: README pages become the index of their folder."""
        parent, name = os.path.split(self.path)
        return os.path.join(parent, "index.html" if name == "README.md" else name[:-3] + ".html")

    @property
    def anchors(self):
        return {anchor for _, anchor, _ in self.headings}
