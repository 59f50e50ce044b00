// Copy buttons, and the way to the search field by keyboard.
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
