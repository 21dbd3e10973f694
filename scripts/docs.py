"""Renders the Markdown of this repository into static HTML and checks its links; called by scripts/docs."""

import argparse
import fnmatch
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from pygments.util import ClassNotFound

from docs_page import CODE, ROOT, Page, colour

SITE = ROOT / "scripts/data/site"
PATTERNS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/**/*.md", "lua/**/*.md"]


class Site:
    def __init__(self):
        self.parser = MarkdownIt("commonmark").enable("table").enable("strikethrough")
        tracked = subprocess.run(
            ["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
        known = set(tracked.stdout.split("\n")) if tracked.returncode == 0 else None
        paths = {str(path.relative_to(ROOT)) for pattern in PATTERNS for path in ROOT.glob(pattern)}
        paths = sorted(path for path in paths if known is None or path in known)
        self.pages = {path: Page(path, self.parser) for path in paths}
        self.groups = self.order()
        self.sources = set()  # files beside the pages that pages link to
        self.has_swift = False
        self.faults = []
        self.external = {}

    def order(self):
        """The groups of the navigation: [(title, [path])]."""
        groups, left = [], list(self.pages)
        for line in (SITE / "pages.txt").read_text().splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            if not line.startswith(" "):
                groups.append((line.strip(), []))
                continue
            for path in fnmatch.filter(list(left), line.strip()):
                groups[-1][1].append(path)
                left.remove(path)
        if left:
            groups.append(("More", left))
        return [group for group in groups if group[1]]

    # Links

    def check(self):
        """Looks at every link, and turns those between pages into links between their HTML."""
        for page in self.pages.values():
            for line, target, token in page.links:
                fault = self.link(page, line, target, token)
                if fault:
                    self.faults.append(f"{page.path}:{line}: {target}: {fault}")

    def link(self, page, line, target, token):
        parts = urllib.parse.urlsplit(target)
        if parts.scheme:
            if parts.scheme not in ("http", "https", "mailto"):
                return f"the scheme '{parts.scheme}' is none of http, https, mailto"
            self.external.setdefault(target, f"{page.path}:{line}")
            return None
        if parts.netloc or parts.path.startswith("/"):
            return "expected a relative path"
        path = page.path
        if parts.path:
            path = os.path.normpath(os.path.join(os.path.dirname(page.path), urllib.parse.unquote(parts.path)))
        if path.startswith(".."):
            return "leads out of the repository"
        if (ROOT / path).is_dir() and f"{path}/README.md" in self.pages:
            path = f"{path}/README.md"
        destination = self.pages.get(path)
        if destination:
            if parts.fragment and parts.fragment not in destination.anchors:
                near = [anchor for anchor in destination.anchors if anchor.split("-")[0] == parts.fragment.split("-")[0]]
                return f"{path} has no heading '{parts.fragment}'" + (f"; it has {', '.join(sorted(near))}" if near else "")
            output = destination.output
        elif (ROOT / path).is_file():
            if parts.fragment:
                return "an anchor in a file that is no page"
            self.sources.add(path)
            output = path if token.type == "image" else path + ".html"
        else:
            return "there is no such file" if not (ROOT / path).exists() else "a folder without README.md"
        relative = os.path.relpath(output, os.path.dirname(page.output) or ".")
        name = "src" if token.type == "image" else "href"
        token.attrSet(name, relative + (f"#{parts.fragment}" if parts.fragment else ""))
        return None

    def ask(self):
        """Asks the servers of external links."""
        for target, place in sorted(self.external.items()):
            if target.startswith("mailto:"):
                continue
            request = urllib.request.Request(target, headers={"User-Agent": "slipway-docs"})
            try:
                urllib.request.urlopen(request, timeout=20).close()
            except (urllib.error.URLError, OSError) as error:
                self.faults.append(f"{place}: {target}: {error}")

    # Pages

    def render(self, page):
        def fence(tokens, index, options, env):
            token = tokens[index]
            language, *name = (token.info.split() or ["text"])
            # A block that is a file of the reader's says which one.
            caption = f'<p class="file">{html.escape(name[0])}</p>' if name else ""
            return f'{caption}<pre class="code" tabindex="0"><code>{colour(token.content, language.lower())}</code></pre>\n'

        def heading(tokens, index, options, env):
            token = tokens[index]
            anchor = html.escape(token.attrGet("id"))
            link = f'<a class="anchor" href="#{anchor}" aria-label="Link to this section">#</a>'
            return f'<{token.tag} id="{anchor}">' + (link if token.tag != "h1" else "")

        rules = self.parser.renderer.rules
        rules["fence"] = fence
        rules["heading_open"] = heading
        rules["table_open"] = lambda *_: '<div class="table" tabindex="0"><table>\n'
        rules["table_close"] = lambda *_: "</table></div>\n"
        return self.parser.renderer.render(page.tokens, self.parser.options, {})

    def navigation(self, output, current):
        """The side bar, as seen from a file of the site."""
        start = os.path.dirname(output) or "."
        out = []
        for title, paths in self.groups:
            out.append(f"<h2>{html.escape(title)}</h2><ul>")
            for path in paths:
                page = self.pages[path]
                mark = ' aria-current="page"' if path == current else ""
                name = html.escape(page.title.split(":")[0])
                out.append(f'<li><a href="{os.path.relpath(page.output, start)}"{mark}>{name}</a></li>')
            if title == "Inside" and self.has_swift:
                out.append(f'<li><a href="{os.path.relpath("swift/documentation/luahost/index.html", start)}">LuaHost in Swift</a></li>')
            out.append("</ul>")
        return "".join(out)

    @staticmethod
    def contents(page):
        entries = [entry for entry in page.headings if 2 <= entry[0] <= 3]
        if len(entries) < 3:
            return ""
        return "<ul>" + "".join(
            f'<li class="l{level}"><a href="#{html.escape(anchor)}">{html.escape(text)}</a></li>' for level, anchor, text in entries) + "</ul>"

    def neighbours(self, page):
        flat = [path for _, paths in self.groups for path in paths]
        place, start, out = flat.index(page.path), os.path.dirname(page.output) or ".", []
        for offset, relation, arrow in ((-1, "prev", "← {}"), (1, "next", "{} →")):
            if 0 <= place + offset < len(flat):
                other = self.pages[flat[place + offset]]
                out.append(f'<a rel="{relation}" href="{os.path.relpath(other.output, start)}">{arrow.format(html.escape(other.title))}</a>')
            else:
                out.append("<span></span>")
        return f'<footer class="neighbours">{"".join(out)}</footer>'

    def whole(self, output, title, body, current=None, contents=""):
        up = os.path.relpath(".", os.path.dirname(output) or ".")
        name = title if title == "Slipway" else f"{title} · Slipway"
        aside = f'<aside class="contents" aria-label="On this page"><h2>On this page</h2>{contents}</aside>' if contents else ""
        fold = f'<details class="fold"><summary>On this page</summary>{contents}</details>' if contents else ""
        if fold and "</h1>" in body:
            body = body.replace("</h1>", "</h1>" + fold, 1)
        return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{html.escape(name)}</title>
<link rel="stylesheet" href="{up}/style.css"><script src="{up}/search.js" data-root="{up}" defer></script></head><body>
<a class="skip" href="#text">To the text</a>
<header class="bar"><a class="home" href="{up}/index.html">Slipway</a><div id="search"></div>
<input type="checkbox" id="menu" aria-label="Show all pages"><label for="menu">Pages</label>
<nav aria-label="Pages">{self.navigation(output, current)}</nav></header>
<main id="text">{body}</main>
{aside}
</body></html>
"""

    def write(self, target):
        mark = target / ".slipway-docs"
        if target.exists() and any(target.iterdir()) and not mark.exists():
            sys.exit(f"scripts/docs: {target} holds other things; name an empty or a new directory")
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        mark.touch()
        for page in self.pages.values():
            body = self.render(page) + self.neighbours(page)
            self.put(target, page.output, self.whole(page.output, page.title, body, page.path, self.contents(page)))
        for path in sorted(self.sources):
            self.source(target, path)
        light = HtmlFormatter(style="xcode").get_style_defs("pre.code")
        dark = HtmlFormatter(style="github-dark").get_style_defs("pre.code")
        plain_ground = "pre.code { background: var(--panel); color: inherit; }"
        style = (SITE / "style.css").read_text()
        self.put(target, "style.css",
                 f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n{plain_ground}\n{style}")
        self.put(target, "search.js", (SITE / "search.js").read_text())
        self.put(target, "search-index.js", "slipwaySearch(" + json.dumps(self.index(), ensure_ascii=False) + ");\n")

    def source(self, target, path):
        """A linked file that is no page: an image as it is, a text as a page of its own."""
        data = (ROOT / path).read_bytes()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            destination = target / path
            destination.parent.mkdir(parents=True, exist_ok=True)
            destination.write_bytes(data)
            return
        try:
            shown = highlight(text, get_lexer_for_filename(path, stripnl=False), CODE)
        except ClassNotFound:
            shown = html.escape(text)
        body = f'<h1>{html.escape(path)}</h1><pre class="code" tabindex="0"><code>{shown}</code></pre>'
        self.put(target, path + ".html", self.whole(path + ".html", path, body))

    def index(self):
        entries = []
        for _, paths in self.groups:
            for path in paths:
                page = self.pages[path]
                for anchor, heading, text in page.sections:
                    text = re.sub(r"\s+", " ", text).strip()
                    if heading or text:
                        url = page.output + (f"#{anchor}" if anchor and heading != page.title else "")
                        entries.append([page.title, heading, url, text[:2500]])
        return entries

    def swift(self, target, base):
        """The pages that docc makes of the public library; they want JavaScript and a web server."""
        build = ROOT / ".build/debug"
        if not (build / "Modules/LuaHost.swiftmodule").exists():
            sys.exit("scripts/docs: --swift needs a debug build: swift build --target LuaHost")
        with tempfile.TemporaryDirectory() as graphs:
            # The target is what swift says of itself, such as x86_64-unknown-linux-gnu.
            facts = json.loads(subprocess.run(["swift", "-print-target-info"], capture_output=True, check=True).stdout)
            subprocess.run(
                ["swift", "symbolgraph-extract", "-module-name", "LuaHost", "-I", build / "Modules", "-Xcc",
                 f"-fmodule-map-file={build / 'CLuaHost.build/module.modulemap'}", "-target", facts["target"]["triple"],
                 "-output-dir", graphs, "-minimum-access-level", "public"], check=True, stdout=sys.stderr)
            subprocess.run(
                ["docc", "convert", "--additional-symbol-graph-dir", graphs, "--fallback-display-name", "LuaHost",
                 "--fallback-bundle-identifier", "slipway.LuaHost", "--transform-for-static-hosting",
                 "--hosting-base-path", f"{base.strip('/')}/swift".strip("/"), "--output-path", target / "swift"],
                check=True, stdout=sys.stderr)

    @staticmethod
    def put(target, path, text):
        destination = target / path
        destination.parent.mkdir(parents=True, exist_ok=True)
        destination.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(prog="scripts/docs")
    parser.add_argument("directory", nargs="?", default=str(ROOT / "dist/docs"))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--external", action="store_true")
    parser.add_argument("--swift", action="store_true")
    parser.add_argument("--base", default="", help="the path of DIR on the web server, for the pages of --swift")
    options = parser.parse_args()
    site = Site()
    site.has_swift = options.swift
    site.check()
    if options.external:
        site.ask()
    for fault in site.faults:
        print(fault)
    count = sum(len(page.links) for page in site.pages.values())
    if not options.check:
        site.write(Path(options.directory))
        if options.swift:
            site.swift(Path(options.directory).resolve(), options.base)
    asked = "asked" if options.external else "not asked"
    print(f"{len(site.pages)} pages, {count} links, {len(site.faults)} broken; {len(site.external)} external ones {asked}"
          + ("" if options.check else f": {options.directory}/index.html"), file=sys.stderr)
    sys.exit(1 if site.faults else 0)


if __name__ == "__main__":
    main()
