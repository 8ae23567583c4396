"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, text, cls) => {
    const el = document.createElement(tag);
    if (text) el.textContent = text;
    if (cls) el.className = cls;
    return el;
  };
  const parse = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content;
  };
  const data = JSON.parse($("#data").textContent);
  const PAGE = 200;

  // The cases stand in the page once, as lines for readers without scripts; they are lifted here.
  const cases = [];
  let group = {};
  for (const line of $("#rows").textContent.split("\n")) {
    const head = line.match(/^<tbody><tr .*data-c="(.*?)" data-p="(.*?)" data-k="(.*?)">.*?<code>(.*?)<\/code>/);
    if (head) group = { clause: +head[1], place: head[2], keyword: head[3], name: head[4] };
    const row = line.match(/^<tr(?: class="(\w+)")?><th>/);
    if (!row) continue;
    const cells = line.slice(row[0].length).split("<td>");
    const [, mark, verdict] = cells[3].match(/(\S+) (\S+)/);
    cases.push({
      ...group, cells, tone: row[1] || "", mark, verdict, owed: cells[2], at: cases.length,
      text: (group.name + "/" + cells.join(" ").replace(/<[^>]*>/g, " ")).toLowerCase(),
    });
  }

  // --- the table of cases ---
  const table = $("table.list[hidden]");
  const body = table.tBodies[0];
  const more = $("#more");
  let kept = cases, drawn = 0, order = 3, down = false;
  const figure = (text) => (text === "" ? -1 : isNaN(text) ? 1e9 : +text);
  const rank = { TOOL: 0, FAIL: 1, FAULT: 2, FLAKY: 3, INCONCLUSIVE: 4, NOT_RUN: 5, PASS: 6 };
  const key = [
    (c) => c.name + "/" + c.cells[0], (c) => c.cells[1], (c) => c.owed,
    (c) => rank[c.verdict], (c) => figure(c.cells[4]), (c) => figure(c.cells[5]),
  ];
  const draw = (afresh) => {
    if (afresh) { body.textContent = ""; drawn = 0; }
    const rows = kept.slice(drawn, drawn + PAGE).map((c) => {
      const [name, ...rest] = c.cells;
      return `<tr${c.tone && ` class="${c.tone}"`} data-i="${c.at}"><th scope="row"><button type="button" aria-expanded="false">${c.name}<b>/${name}</b></button></th>` +
        rest.map((cell, i) => `<td${i === 4 ? ' class="n"' : ""}>${cell}</td>`).join("") + "</tr>";
    });
    drawn += rows.length;
    body.append(parse("<table>" + rows.join("") + "</table>").querySelector("tbody") || "");
    while (body.lastElementChild?.tagName === "TBODY") body.lastElementChild.replaceWith(...body.lastElementChild.children);
    more.hidden = drawn >= kept.length;
  };
  const block = (title, exchange) => {
    const box = make("div", "", "message");
    box.append(make("h3", title));
    if (exchange < 0) { box.append(make("p", "none was sent")); return box; }
    const [head, sent, status, headers, answer, ms] = data.exchanges[exchange];
    const text = (index) => data.texts[index].map((part) => data.parts[part]).join("");
    const lines = text(head) + (text(sent) ? "\n\n" + text(sent) : "");
    box.append(make("pre", lines));
    box.append(make("p", (status < 0 ? text(-status - 1) : status) + " in " + ms + " ms", "answer"));
    const back = text(headers) + (text(answer) ? "\n\n" + text(answer) : "");
    if (back) box.append(make("pre", back));
    for (const pre of $$("pre", box)) { pre.tabIndex = 0; pre.setAttribute("aria-label", title + ": text of the exchange"); }
    return box;
  };
  const open = (row) => {
    const button = $("button", row);
    const next = row.nextElementSibling;
    const shown = next?.className === "detail";
    button.setAttribute("aria-expanded", String(!shown));
    if (shown) return next.remove();
    const [sent, control] = data.cases[+row.dataset.i];
    const detail = make("tr", "", "detail"), cell = make("td"), pair = make("div", "", "pair");
    cell.colSpan = 6;
    if (control >= 0) pair.append(block("Control", control));
    pair.append(block("Sent", sent));
    cell.append(pair);
    detail.append(cell);
    row.after(detail);
  };
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-i]");
    if (row && !String(getSelection())) open(row);
  });
  $("button", more).addEventListener("click", () => draw(false));

  // --- filters ---
  const query = $("#q"), chip = $("#chip"), shown = $("#shown");
  const selects = ["verdict", "owed", "place", "keyword"].map((name) => $("#" + name));
  for (const select of selects) {
    const values = [...new Set(cases.map((c) => c[select.id]))].filter(Boolean).sort();
    for (const value of values.slice(0, 500)) {
      const option = make("option", parse(value).textContent);
      option.value = value;
      select.append(option);
    }
  }
  const lift = (op) => {
    const hidden = $(":scope>noscript", op);
    if (hidden) hidden.replaceWith(parse(hidden.textContent));
  };
  const find = (name, value) => {
    const selector = `#map [${name}="${CSS.escape(value)}"]`;
    const op = $(selector) ? null : $$("details.op>noscript").find((n) => n.textContent.includes(`${name}="${value}"`))?.parentNode;
    if (op) { lift(op); op.open = true; }
    return $(selector);
  };
  let filtered = false;
  let only = null; // what was chosen in the map: its element, name and clause numbers
  const many = (n, noun) => n.toLocaleString("en") + " " + noun + (n === 1 ? "" : "s");
  const apply = () => {
    const escaped = make("i", query.value.toLowerCase()).innerHTML.replace(/'/g, "&#39;").replace(/"/g, "&#34;");
    const words = escaped.split(/\s+/).filter(Boolean);
    const has = (text) => words.every((word) => text.includes(word));
    kept = cases.filter((c) =>
      (!only || only.clauses.has(c.clause)) && selects.every((s) => !s.value || c[s.id] === s.value) && has(c.text));
    kept.sort((a, b) => {
      const [x, y] = [key[order](a), key[order](b)];
      return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1) || a.at - b.at;
    });
    draw(true);
    let findings = 0;
    const active = only || words.length;
    for (const el of active || filtered ? $$(".card,.gaps li") : []) {
      const mine = !only || (el.dataset.c || "").split(" ").some((n) => only.clauses.has(+n));
      const keep = mine && has((el.id + " " + el.textContent).toLowerCase().replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;"));
      el.hidden = !keep;
      findings += keep && el.matches(".card");
    }
    for (const el of $$("details.group")) el.hidden = !$("noscript,li:not([hidden])", el);
    for (const el of active || filtered ? $$("details.op") : []) el.hidden = words.length > 0 && !has((el.id + " " + $("summary", el).textContent).toLowerCase());
    for (const el of $$("section.tag")) el.hidden = !$("details.op:not([hidden])", el);
    shown.textContent = kept.length === cases.length ? "" : `${many(kept.length, "case")} of ${cases.length.toLocaleString("en")}`;
    for (const el of $$("[aria-current]")) el.removeAttribute("aria-current");
    filtered = active;
    chip.hidden = !active;
    if (active) {
      only?.el?.setAttribute("aria-current", "true");
      const name = [only?.name, query.value && "“" + query.value + "”"].filter(Boolean).join(", ");
      const links = [["#findings", many(findings, "finding")], ["#cases", many(kept.length, "case")]].map(([href, text]) => {
        const link = make("a", text);
        link.href = href;
        return link;
      });
      $("span", chip).replaceChildren(make("b", name), " ", ...links.flatMap((l) => [l, " "]));
    }
    const state = new URLSearchParams();
    if (query.value) state.set("q", query.value);
    if (only) state.set("only", only.id);
    for (const s of selects) if (s.value) state.set(s.id, s.value);
    if (String(state) || /^#(q|only|verdict|owed|place|keyword)=/.test(location.hash))
      history.replaceState(null, "", "#" + state);
  };
  const choose = (el) => {
    const site = el.matches(".site");
    const tile = site ? $(".t", el.closest("li")) : el;
    if (!tile) return;
    const id = (site ? "s:" : "") + tile.id;
    const numbers = site ? el.dataset.n.trim().split(" ") : [el.dataset.c];
    const name = site ? el.textContent : el.title;
    only = only?.id === id ? null : { el, id, name, clauses: new Set(numbers.map(Number)) };
    apply();
  };
  const follow = () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    const group = hash.match(/^k(\d+)$/);
    const el = group ? find("data-c", group[1]) : /^c-/.test(hash) ? find("id", hash) : hash && document.getElementById(hash);
    if (el?.matches("details")) el.open = true;
    if (group && el) choose(el);
    (group ? $("#cases") : el)?.scrollIntoView();
  };
  $("#map").addEventListener("click", (event) => {
    const el = event.target.closest(".t,.site");
    if (!el || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(el);
  });
  document.addEventListener("toggle", (event) => event.target.matches("details") && lift(event.target), true);
  $("button", chip).addEventListener("click", () => { only = null; query.value = ""; apply(); });
  for (const form of [$("#filter"), $("#sift")]) {
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", apply);
  }
  for (const button of $$("thead button", table)) {
    button.addEventListener("click", () => {
      down = order === +button.dataset.s && !down;
      order = +button.dataset.s;
      for (const th of $$("thead th", table)) th.removeAttribute("aria-sort");
      button.parentNode.setAttribute("aria-sort", down ? "descending" : "ascending");
      apply();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
      event.preventDefault();
      query.focus();
    }
  });
  for (const button of $$(".copy button")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = $("pre", button.parentNode);
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

  // --- start ---
  for (const el of $$(".js")) el.hidden = false;
  table.hidden = false;
  const state = new URLSearchParams(location.hash.slice(1));
  query.value = state.get("q") || "";
  for (const s of selects) s.value = state.get(s.id) || "";
  const chosen = (state.get("only") || "").replace(/^s:/, "");
  const tile = chosen && find("id", chosen);
  if (tile) choose(state.get("only").startsWith("s:") ? $(".site", tile.closest("li")) : tile);
  else apply();
  addEventListener("hashchange", follow);
  if (/^#([a-z]-|k\d)/.test(location.hash)) follow();
})();
