"use strict";
(() => {
  const $ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.getElementById("filter");
  const query = document.getElementById("q");
  const failing = document.getElementById("bad");
  const none = document.getElementById("none");
  const wrong = (tone) => tone === "bad" || tone === "doubt";
  const rows = $("tr[data-r]").map((el) => {
    const head = el.parentNode.querySelector("th");
    return [el, (el.id + " " + head.textContent + " " + el.textContent).toLowerCase(), el.dataset.r];
  });
  const cards = $("[data-f]").map((el) => [el, (el.id + " " + el.textContent).toLowerCase(), "bad"]);
  const groups = $("details[data-g]").map((el) => [
    el,
    $("tr[data-c]", el).map((row) => [
      row,
      (el.firstElementChild.textContent + " " + row.textContent).toLowerCase(),
      row.dataset.c,
    ]),
  ]);
  const apply = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = words.length > 0 || failing.checked;
    const sift = (entries) => {
      let left = 0;
      for (const [el, text, tone] of entries) {
        const keep = words.every((word) => text.includes(word)) && (!failing.checked || wrong(tone));
        el.classList.toggle("out", !keep);
        left += keep;
      }
      return left;
    };
    let found = sift(rows) + sift(cards);
    for (const [el, entries] of groups) {
      const left = sift(entries);
      el.hidden = active && !left;
      found += left;
    }
    none.hidden = found > 0;
    const state = new URLSearchParams();
    if (query.value) state.set("q", query.value);
    if (failing.checked) state.set("s", "failing");
    if (active || location.hash.startsWith("#q=") || location.hash.startsWith("#s="))
      history.replaceState(null, "", "#" + state);
  };
  const state = new URLSearchParams(location.hash.slice(1));
  if (state.has("q")) query.value = state.get("q");
  failing.checked = state.get("s") === "failing";
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  if (query.value || failing.checked) apply();
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      query.focus();
    }
  });
  for (const button of $(".copy button")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = button.parentNode.querySelector("pre");
      let done = true;
      try {
        await navigator.clipboard.writeText(source.textContent);
      } catch {
        getSelection().selectAllChildren(source);
        done = document.execCommand("copy");
      }
      button.textContent = done ? "Copied" : "Press Ctrl+C";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
  }
})();
