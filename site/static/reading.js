// The reading room: tooltips, switches for the markings, and the sentences behind a number (?s=).
// Nothing is fetched, and nothing from the address becomes HTML: text is set as text, and only groups
// of sentences of a strict form are read.
(function () {
  "use strict";

  const STORED = "jiedao-marks";
  const FROM = /^(?:[\w-]+\/)*[\w-]+\.html(?:\?q=[^#]*)?(?:#[\w.-]+)?$/;
  const GROUP = /^(?:([\p{L}\p{N}_-][\p{L}\p{N}_.-]*):)?(\d{1,6}(?:-\d{1,6})?(?:,\d{1,6}(?:-\d{1,6})?)*)$/u;

  function start() {
    const reading = document.querySelector(".reading");
    if (!reading) return;
    const text = reading.querySelector(".report-text");
    const hidden = switches(reading, text);
    const walk = tooltips(reading, text, hidden);
    evidence(reading, walk);
    openForPrint(reading);
  }

  function make(tag, text, className) {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  }

  // --- switches: what is hidden is remembered, where the browser keeps anything for this page ---

  function recall() {
    try {
      const kept = JSON.parse(window.localStorage.getItem(STORED));
      return Array.isArray(kept) ? new Set(kept) : null;
    } catch {
      return null;
    }
  }

  function remember(kinds) {
    try {
      window.localStorage.setItem(STORED, JSON.stringify([...kinds]));
    } catch {
      // a browser that keeps nothing still shows the page
    }
  }

  function switches(reading, text) {
    const off = recall() || new Set(["numbering"]);
    for (const element of reading.querySelectorAll(".scripted")) element.hidden = false;
    for (const box of reading.querySelectorAll(".switches input")) {
      const kind = box.dataset.kind;
      const show = () => {
        if (box.checked) off.delete(kind);
        else off.add(kind);
        reading.classList.toggle("hide-" + kind, !box.checked);
        reading.classList.toggle("show-" + kind, box.checked);
      };
      box.hidden = false;
      box.checked = !off.has(kind);
      show();
      box.addEventListener("change", () => {
        show();
        remember(off);
        text.dispatchEvent(new Event("marks"));
      });
    }
    return off;
  }

  // --- tooltips: on pointing, tapping, and walking from mark to mark; one tab stop for the whole text ---

  function tooltips(reading, text, hidden) {
    const tip = make("div", "", "reading-tip");
    tip.id = "reading-tip";
    tip.setAttribute("role", "tooltip");
    tip.lang = "en";
    tip.hidden = true;
    reading.append(tip);

    const marks = [...text.querySelectorAll("[title]")];
    for (const mark of marks) {
      mark.dataset.tip = mark.title;
      mark.removeAttribute("title");
    }
    const shown = (mark) => !hidden.has(kindOf(mark));
    let owner = null;
    let leaving = 0;
    let stop = null;

    function kindOf(mark) {
      return mark.classList[0];
    }

    function tipsOf(mark) {
      const said = [];
      for (let m = mark; m && m !== text; m = m.parentElement) {
        if (m.dataset.tip && shown(m)) said.push(m.dataset.tip);
      }
      return said;
    }

    function show(mark, x) {
      const said = tipsOf(mark);
      if (!said.length) return hide();
      window.clearTimeout(leaving);
      if (owner && owner !== mark) owner.removeAttribute("aria-describedby");
      owner = mark;
      tip.replaceChildren(...said.map((line) => make("p", line)));
      tip.hidden = false;
      mark.setAttribute("aria-describedby", tip.id);
      const frame = reading.getBoundingClientRect();
      const boxes = [...mark.getClientRects()];
      const box = boxes.find((b) => x >= b.left && x <= b.right) || boxes[0] || mark.getBoundingClientRect();
      const left = Math.min(box.left - frame.left, frame.width - tip.offsetWidth);
      const below = box.bottom + tip.offsetHeight + 8 < window.innerHeight;
      tip.style.left = Math.max(0, left) + "px";
      tip.style.top = (below ? box.bottom + 5 : box.top - tip.offsetHeight - 5) - frame.top + "px";
    }

    function hide() {
      window.clearTimeout(leaving);
      tip.hidden = true;
      if (owner) owner.removeAttribute("aria-describedby");
      owner = null;
    }

    const markAt = (event) => (event.target instanceof Element ? event.target.closest("[data-tip]") : null);
    const leave = () => {
      window.clearTimeout(leaving);
      leaving = window.setTimeout(hide, 200);
    };
    text.addEventListener("pointerover", (event) => {
      const mark = markAt(event);
      if (mark && event.pointerType !== "touch") show(mark, event.clientX);
    });
    text.addEventListener("pointerout", (event) => {
      if (event.pointerType !== "touch" && document.activeElement !== owner) leave();
    });
    tip.addEventListener("pointerenter", () => window.clearTimeout(leaving));
    tip.addEventListener("pointerleave", leave);
    document.addEventListener("click", (event) => {
      const mark = text.contains(event.target) ? markAt(event) : null;
      if (mark) show(mark, event.clientX);
      else if (!tip.contains(event.target)) hide();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") hide();
    });

    function setStop(mark) {
      if (stop) stop.removeAttribute("tabindex");
      stop = mark;
      if (stop) stop.tabIndex = 0;
    }

    text.addEventListener("focusin", (event) => {
      const mark = markAt(event);
      if (mark && mark === event.target) show(mark);
    });
    text.addEventListener("focusout", hide);
    text.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step || event.target !== stop || event.altKey || event.ctrlKey || event.metaKey) return;
      let next = marks.indexOf(stop) + step;
      while (marks[next] && !shown(marks[next])) next += step;
      event.preventDefault();
      event.stopPropagation();
      if (!marks[next]) return;
      setStop(marks[next]);
      stop.focus();
    });
    text.addEventListener("marks", () => {
      if (!stop || !shown(stop)) setStop(marks.find(shown) || null);
      hide();
    });
    setStop(marks.find(shown) || null);

    // where a walk starts: the first mark of a sentence
    return (sentence) => {
      const first = marks.find((mark) => shown(mark) && sentence.contains(mark));
      if (first) setStop(first);
    };
  }

  // --- the sentences behind a number ---

  const asked = (key) => new URLSearchParams(window.location.search).get(key) || "";

  // By report its name and how many sentences it has.
  function readReports(reading) {
    try {
      return new Map(Object.entries(JSON.parse(reading.dataset.reports)));
    } catch {
      return new Map();
    }
  }

  function readGroups(own, reports) {
    const groups = new Map();
    for (const part of asked("s").split(";")) {
      const match = GROUP.exec(part.trim());
      const doc = match && (match[1] || own);
      if (!match || !reports.has(doc)) continue;
      const places = groups.get(doc) || new Set();
      for (const range of match[2].split(",")) {
        const [first, last = first] = range.split("-").map(Number);
        const end = Math.min(last, reports.get(doc)[1]);
        for (let place = Math.max(1, first); place <= end; place += 1) places.add(place);
      }
      if (places.size) groups.set(doc, places);
    }
    return groups;
  }

  const idOf = (place) => "s" + String(place).padStart(3, "0");

  function ranges(places) {
    const runs = [];
    for (const place of [...places].sort((a, b) => a - b)) {
      const run = runs[runs.length - 1];
      if (run && run[1] === place - 1) run[1] = place;
      else runs.push([place, place]);
    }
    return runs.map(([a, b]) => (a === b ? String(a) : a + "-" + b)).join(",");
  }

  // The same evidence, seen from another of its reports: the groups in their order, that report first.
  function addressFrom(doc, groups) {
    const docs = [...groups.keys()];
    const turned = [...docs.slice(docs.indexOf(doc)), ...docs.slice(0, docs.indexOf(doc))];
    const said = turned.map((d) => (d === doc ? "" : encodeURIComponent(d) + ":") + ranges(groups.get(d)));
    const more = ["of", "from"].filter((k) => asked(k)).map((k) => `&${k}=${encodeURIComponent(asked(k))}`);
    const place = idOf(Math.min(...groups.get(doc)));
    return encodeURIComponent(doc) + ".html?s=" + said.join(";") + more.join("") + "#" + place;
  }

  function origin(address) {
    const figure = /#fig(\d+)-(\d+)-/.exec(address);
    if (figure) return `Figure ${figure[1]}.${figure[2]}`;
    return address.startsWith("search.") ? "Search" : "Back";
  }

  const count = (n) => n + (n === 1 ? " sentence" : " sentences");

  function evidence(reading, walk) {
    const own = reading.dataset.report;
    const reports = readReports(reading);
    const groups = readGroups(own, reports);
    if (!groups.size) return;

    const here = [...(groups.get(own) || [])]
      .sort((a, b) => a - b)
      .map((place) => document.getElementById(idOf(place)))
      .filter((element) => element && element.classList.contains("sentence"));
    const partsOf = (sentence) => [sentence, ...reading.querySelectorAll(`[data-of="${sentence.id}"]`)];
    for (const sentence of here) for (const part of partsOf(sentence)) part.classList.add("evidence");
    reading.classList.add("has-evidence");

    const bar = make("section", "", "evidence-bar");
    bar.setAttribute("aria-label", "Sentences behind the number");
    const back = make("a", "\u2190 " + origin(asked("from")));
    if (FROM.test(asked("from"))) {
      back.href = "../" + asked("from");
      bar.append(back);
    }
    if (asked("of")) bar.append(make("p", asked("of").slice(0, 200), "counted"));
    bar.append(make("p", count(here.length) + " here"));
    const place = make("p", "", "place");
    place.setAttribute("role", "status");
    let now = -1;

    function go(to) {
      if (!here.length) return;
      if (here[now]) for (const part of partsOf(here[now])) part.classList.remove("now");
      now = (to + here.length) % here.length;
      for (const part of partsOf(here[now])) part.classList.add("now");
      const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      here[now].scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
      place.textContent = `${now + 1} of ${here.length} · ${here[now].id}`;
      walk(here[now]);
    }

    function button(sign, name, act) {
      const element = make("button", sign);
      element.type = "button";
      element.setAttribute("aria-label", name);
      element.title = name;
      element.addEventListener("click", act);
      return element;
    }

    if (here.length) bar.append(place);
    if (here.length > 1) {
      const steps = make("span", "", "steps");
      steps.append(button("←", "Previous sentence (p)", () => go(now - 1)));
      steps.append(" ", button("→", "Next sentence (n)", () => go(now + 1)));
      bar.append(steps);
    }
    for (const [doc, places] of groups) {
      if (doc === own) continue;
      const link = make("a", `${places.size} in ${reports.get(doc)[0]} →`);
      link.href = addressFrom(doc, groups);
      bar.append(link);
    }

    // Single keys act only while the bar is there, and it can be closed.
    function onKey(event) {
      const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
      if (typing || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "n") go(now + 1);
      if (event.key === "p") go(now - 1);
    }
    document.addEventListener("keydown", onKey);
    bar.append(
      button("×", "Close, and mark nothing", () => {
        document.removeEventListener("keydown", onKey);
        for (const part of reading.querySelectorAll(".evidence")) part.classList.remove("evidence", "now");
        reading.classList.remove("has-evidence");
        bar.remove();
      })
    );
    reading.append(bar);

    const wanted = here.findIndex((sentence) => "#" + sentence.id === window.location.hash);
    const first = () => go(Math.max(0, wanted));
    first();
    // Fonts and pictures move the text while the page loads.
    if (document.readyState !== "complete") window.addEventListener("load", first, { once: true });
  }

  function openForPrint(reading) {
    const folded = [...reading.querySelectorAll("details:not([open])")];
    window.addEventListener("beforeprint", () => folded.forEach((d) => d.setAttribute("open", "")));
    window.addEventListener("afterprint", () => folded.forEach((d) => d.removeAttribute("open")));
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
