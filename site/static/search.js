// Search in the index that searchindex-jiedao.js holds. Everything shown is made of nodes and text, never of markup.
"use strict";

(() => {
  const FIRST = 8; // results of a group shown at once
  const FEW = 3; // with fewer sentences than that, a Chinese query is cut into words
  const HAN = /\p{Script=Han}/u;
  const fold = (text) => text.normalize("NFKC").toLowerCase();

  const index = window.JIEDAO_INDEX;
  const form = document.getElementById("search-form");
  const field = document.getElementById("search-query");
  const status = document.getElementById("search-status");
  const results = document.getElementById("search-results");
  if (!index || !form) return;

  const terms = index.terms.map(([term, gloss, url, n]) => ({
    term, gloss, url, n, folded: fold(term), words: fold(gloss).match(/[\p{L}\p{N}]+/gu) || [],
  }));
  const dictionary = new Set(terms.map((t) => t.folded));
  const longest = terms.reduce((most, t) => Math.max(most, [...t.folded].length), 1);
  const sentences = index.sentences.map(([report, number, heading, text]) => ({
    report, number, heading, text, folded: fold(text), above: fold(heading),
  }));
  const pages = index.pages.map(([title, page, url, text]) => ({ title, page, url, text, folded: fold(`${title} ${text}`) }));

  // The words of a Chinese query by forward maximum matching over the words of the index.
  function segment(text) {
    const signs = [...text];
    const found = [];
    for (let i = 0; i < signs.length; ) {
      let size = Math.min(longest, signs.length - i);
      while (size > 1 && !dictionary.has(signs.slice(i, i + size).join(""))) size -= 1;
      found.push(signs.slice(i, i + size).join(""));
      i += size;
    }
    return found;
  }

  const speaks = (term, word) => term.words.some((w) => w === word || (word.length > 3 && w.startsWith(word)));

  // Chinese words whose gloss holds an English word, the closest gloss first.
  function translate(word) {
    if (HAN.test(word)) return [];
    return terms.filter((t) => speaks(t, word)).sort((a, b) => a.words.length - b.words.length || b.n - a.n);
  }

  // What is looked for: every word with the strings of which any one will do.
  const wanted = (words) => words.map((word) => ({ word, any: [word, ...translate(word).map((t) => t.folded)] }));
  const holds = (text, want) => want.every(({ any }) => any.some((string) => text.includes(string)));

  function find(query) {
    const words = [...new Set(fold(query).split(/\s+/u).filter(Boolean))].slice(0, 12);
    if (!words.length) return null;
    let want = wanted(words);
    const found = {
      words,
      glossed: words.map((word) => ({ word, terms: translate(word) })).filter((g) => g.terms.length),
      terms: terms.filter((t) => words.every((w) => t.folded.includes(w) || speaks(t, w))),
      sentences: sentences.filter((s) => holds(s.folded, want)),
      pages: pages.filter((p) => words.every((w) => p.folded.includes(w))),
      pieces: null,
    };
    const pieces = [...new Set(words.flatMap((w) => (HAN.test(w) ? segment(w) : [w])))];
    if (found.sentences.length < FEW && pieces.length > words.length) {
      found.pieces = pieces;
      const cut = wanted(pieces);
      want = [...want, ...cut];
      const more = (rows, test) => [...rows.found, ...rows.all.filter((r) => !rows.found.includes(r) && test(r))];
      found.sentences = more({ found: found.sentences, all: sentences }, (s) => holds(s.folded, cut));
      found.pages = more({ found: found.pages, all: pages }, (p) => pieces.every((w) => p.folded.includes(w)));
      found.terms = more({ found: found.terms, all: terms }, (t) => pieces.includes(t.folded) && [...t.folded].length > 1);
    }
    found.needles = [...new Set(want.flatMap((w) => w.any))].sort((a, b) => b.length - a.length);
    return found;
  }

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // A text with what was looked for marked; folding may change lengths, so every folded sign keeps its place.
  function highlight(text, needles) {
    let folded = "";
    const place = [];
    let at = 0;
    for (const sign of text) {
      const f = fold(sign);
      folded += f;
      for (let i = 0; i < f.length; i += 1) place.push(at);
      at += sign.length;
    }
    place.push(at);
    const fragment = document.createDocumentFragment();
    let done = 0;
    for (let i = 0; i < folded.length; ) {
      const needle = needles.find((n) => folded.startsWith(n, i));
      if (!needle) { i += 1; continue; }
      let end = place[i + needle.length];
      if (end <= place[i]) end = at;
      fragment.append(text.slice(done, place[i]), element("mark", {}, text.slice(place[i], end)));
      done = end;
      i += needle.length;
    }
    fragment.append(text.slice(done));
    return fragment;
  }

  // A piece of a long text around the first thing found.
  function excerpt(text, needles) {
    const folded = fold(text);
    const first = Math.min(...needles.map((n) => folded.indexOf(n)).filter((i) => i >= 0), folded.length);
    const start = first === folded.length ? 0 : Math.max(0, first - 60);
    const piece = text.slice(start, start + 200);
    return (start ? "… " : "") + piece + (start + 200 < text.length ? " …" : "");
  }

  // A list that shows its first rows and has a button for the others.
  function list(rows, draw) {
    const ul = element("ul", { class: "search-list" });
    const box = element("div", {}, ul);
    let shown = 0;
    const button = element("button", { type: "button", class: "show-more" });
    const more = (count, focus) => {
      const from = shown;
      for (const row of rows.slice(from, from + count)) ul.append(draw(row));
      shown = Math.min(rows.length, from + count);
      button.textContent = `Show ${Math.min(rows.length - shown, 5 * FIRST)} more of ${rows.length}`;
      if (shown === rows.length) button.remove();
      if (focus) ul.children[from].querySelector("a, span")?.focus();
    };
    button.addEventListener("click", () => more(5 * FIRST, true));
    if (rows.length > FIRST) box.append(button);
    more(FIRST, false);
    return box;
  }

  const group = (title, ...content) => {
    const id = `found-${title.toLowerCase().replace(/\W+/g, "-")}`;
    return element("section", { "aria-labelledby": id }, element("h2", { id }, title), ...content);
  };

  function drawTerm(row, needles) {
    const word = element("a", { href: row.url || `?q=${encodeURIComponent(row.term)}`, lang: "zh" });
    word.append(highlight(row.term, needles));
    const said = element("span", {}, " ", highlight(row.gloss, needles));
    return element("li", {}, word, said, element("small", {}, row.n === 1 ? " once" : ` ${row.n} times`));
  }

  function drawSentence(row, needles) {
    const padded = String(row.number).padStart(3, "0");
    const name = encodeURIComponent(index.reports[row.report][0]);
    const link = element("a", { href: `reading/${name}.html?s=${row.number}#s${padded}`, lang: "zh" }, highlight(row.text, needles));
    const above = row.heading && !row.text.includes(row.heading) ? [element("small", { lang: "zh" }, row.heading)] : [];
    return element("li", {}, link, ...above);
  }

  function drawPage(row, needles) {
    const link = element("a", { href: row.url }, highlight(row.title, needles));
    const where = row.page === row.title ? [] : [element("small", {}, ` ${row.page}`)];
    return element("li", {}, link, ...where, element("p", {}, highlight(excerpt(row.text, needles), needles)));
  }

  function explain(found) {
    const notes = [];
    for (const { word, terms: spoken } of found.glossed) {
      const names = element("span", { lang: "zh" }, spoken.slice(0, 12).map((t) => t.term).join("、"));
      const rest = spoken.length > 12 ? ` and ${spoken.length - 12} more` : "";
      notes.push(element("p", {}, `“${word}” is found in the gloss of `, names, `${rest}; sentences that hold one of these words are listed.`));
    }
    if (found.pieces) {
      const cut = element("span", { lang: "zh" }, found.pieces.join(" + "));
      notes.push(element("p", {}, "Found as written in few sentences or none, so it was also looked for as separate words: ", cut, "."));
    }
    return notes;
  }

  const count = (rows, thing) => `${rows.length} ${thing}${rows.length === 1 ? "" : "s"}`;

  function show(query) {
    results.replaceChildren();
    const found = find(query);
    status.textContent = "";
    if (!found) return;
    const { needles } = found;
    const total = found.terms.length + found.sentences.length + found.pages.length;
    status.textContent = total
      ? [count(found.terms, "word"), count(found.sentences, "sentence"), count(found.pages, "section")].join(", ")
      : `Nothing found for “${query.trim()}”. Try fewer or shorter words.`;
    results.append(...explain(found));
    if (found.terms.length) results.append(group("Words", list(found.terms, (row) => drawTerm(row, needles))));
    if (found.sentences.length) {
      const streets = index.reports.map((report, i) => [report, found.sentences.filter((s) => s.report === i)]);
      const lists = streets.filter(([, rows]) => rows.length).flatMap(([[, english, chinese], rows]) => [
        element("h3", {}, `${english} `, element("span", { lang: "zh" }, chinese), element("small", {}, ` ${rows.length}`)),
        list(rows, (row) => drawSentence(row, needles)),
      ]);
      results.append(group("Sentences", ...lists));
    }
    if (found.pages.length) results.append(group("Chapters and pages", list(found.pages, (row) => drawPage(row, needles))));
  }

  function remember(query) {
    const address = new URL(window.location.href);
    address.search = query.trim() ? `?q=${encodeURIComponent(query.trim())}` : "";
    try {
      window.history.replaceState(null, "", address);
    } catch {
      // Some browsers forbid it for files; the results are shown all the same.
    }
  }

  let timer = 0;
  field.addEventListener("input", (event) => {
    if (event.isComposing) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { remember(field.value); show(field.value); }, 200);
  });
  field.addEventListener("compositionend", () => field.dispatchEvent(new Event("input")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    window.clearTimeout(timer);
    remember(field.value);
    show(field.value);
  });

  const asked = (new URLSearchParams(window.location.search).get("q") || "").slice(0, 200);
  field.value = asked;
  show(asked);
  if (!asked) field.focus();
})();
