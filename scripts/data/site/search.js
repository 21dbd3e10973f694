// Looks for words in all pages. The index is a script, since pages opened as files may not fetch; it comes with the first key.
(() => {
  const root = document.currentScript.dataset.root;
  const place = document.getElementById("search");
  place.innerHTML =
    '<input type="search" placeholder="Search ( / )" aria-label="Search all pages" autocomplete="off"><ol hidden></ol>';
  const [input, list] = place.children;
  document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest" });
  let entries = null;
  let asked = false;

  window.slipwaySearch = (loaded) => {
    entries = loaded.map(([page, heading, url, text]) => ({
      page, heading, url, text, all: `${page} ${heading} ${text}`.toLowerCase(), title: `${page} ${heading}`.toLowerCase(),
    }));
    show();
  };

  function load() {
    if (asked) return;
    asked = true;
    const script = document.createElement("script");
    script.src = `${root}/search-index.js`;
    document.head.append(script);
  }

  function show() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.hidden = words.length === 0;
    list.replaceChildren();
    if (!entries || words.length === 0) return;
    const found = entries
      .filter((entry) => words.every((word) => entry.all.includes(word)))
      .map((entry) => [words.filter((word) => entry.title.includes(word)).length, entry])
      .sort((one, other) => other[0] - one[0])
      .slice(0, 12);
    for (const [, entry] of found) list.append(row(entry, words[0]));
    if (found.length === 0) list.append(Object.assign(document.createElement("li"), { textContent: "Nothing found." }));
  }

  function row(entry, word) {
    const link = document.createElement("a");
    link.href = `${root}/${entry.url}`;
    const title = document.createElement("b");
    title.textContent = entry.heading && entry.heading !== entry.page ? `${entry.page}: ${entry.heading}` : entry.page;
    const at = Math.max(0, entry.text.toLowerCase().indexOf(word) - 40);
    const text = document.createElement("span");
    text.textContent = (at > 0 ? "… " : "") + entry.text.slice(at, at + 120);
    link.append(title, text);
    const item = document.createElement("li");
    item.append(link);
    return item;
  }

  input.addEventListener("focus", load);
  input.addEventListener("input", () => { load(); show(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { input.value = ""; show(); input.blur(); }
    if (event.key === "Enter") list.querySelector("a")?.click();
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); input.focus(); }
  });
})();
