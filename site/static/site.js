// Copy buttons, the way to the search field by keyboard, and what the sentences behind a number are told of it.
"use strict";

(() => {
  // Browsers give no clipboard to pages from a folder; there the text is selected and copied the old way.
  async function copy(node) {
    try {
      await navigator.clipboard.writeText(node.textContent);
      return true;
    } catch {
      const range = document.createRange();
      range.selectNodeContents(node);
      const selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      return document.execCommand("copy");
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy-button");
    if (!button) return;
    const text = button.parentElement.querySelector(".copy-text");
    const label = button.textContent;
    const copied = await copy(text);
    button.textContent = copied ? button.dataset.done : label;
    if (copied) window.setTimeout(() => { button.textContent = label; }, 2000);
  });

  // The address of evidence takes along what was counted, and the place from which its reader came.
  function takeAlong(event) {
    const link = event.target.closest('a[href*="/"][href*="?s="]');
    if (!link || link.closest(".reading")) return;
    const [path, place] = link.getAttribute("href").split("#");
    const root = new URL(document.documentElement.dataset.content_root || "./", window.location.href).href;
    const here = window.location.href.split("#")[0].slice(root.length) || "index.html";
    const near = link.closest("figure[id], section[id]");
    const titles = [link.closest("svg"), link].map((e) => e?.querySelector("title")?.textContent).filter(Boolean);
    if (link.closest(".concordance")) titles.push(document.title.split(" \u2014 ")[0]);
    const told = { of: titles.join(": ").slice(0, 200), from: here + (near ? "#" + near.id : "") };
    const more = Object.entries(told).filter(([, text]) => text).map(([key, text]) => `&${key}=${encodeURIComponent(text)}`);
    link.setAttribute("href", path.split("&")[0] + more.join("") + "#" + place);
  }
  for (const kind of ["click", "auxclick"]) document.addEventListener(kind, takeAlong);

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      const fields = [...document.querySelectorAll("#search-query, .site-search input")];
      const field = fields.find((f) => f.offsetParent !== null);
      if (field) {
        event.preventDefault();
        field.focus();
        field.select();
      }
    }
  });
})();
