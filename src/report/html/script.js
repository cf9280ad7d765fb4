"use strict";
(() => {
  // Attributes and children of a new element.
  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  // The switch is remembered where the browser lets a file remember.
  const themes = [...document.querySelectorAll("input[name=theme]")];
  try {
    const kept = localStorage.getItem("recoverable-theme");
    themes.forEach((theme) => { if (theme.id === kept) theme.checked = true; });
    themes.forEach((theme) => theme.addEventListener("change", () => localStorage.setItem("recoverable-theme", theme.id)));
  } catch { /* a page that may not remember still switches */ }

  const key = (cell) => cell.dataset.key ?? cell.textContent.trim();

  const compare = (kind, a, b) => {
    if (kind !== "number") return a.localeCompare(b, "en", { numeric: true });
    const [x, y] = [a, b].map((text) => (text === "" ? NaN : Number(text)));
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
    return x - y;
  };

  // Headings become buttons: up, down, and as it was.
  const sort = (table, headings, rows) => {
    headings.forEach((heading, column) => {
      const button = make("button", { type: "button" }, ...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const next = { ascending: "descending", descending: null }[heading.ariaSort];
        const order = next === undefined ? "ascending" : next;
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        const sorted = [...rows];
        if (order) {
          heading.setAttribute("aria-sort", order);
          const sign = order === "ascending" ? 1 : -1;
          sorted.sort((a, b) => {
            const [x, y] = [key(a.cells[column]), key(b.cells[column])];
            const numbers = heading.dataset.kind === "number";
            // What has no number stays at the end either way.
            if (numbers && (x === "" || y === "")) return (x === "") - (y === "");
            return sign * compare(heading.dataset.kind, x, y);
          });
        }
        table.tBodies[0].append(...sorted);
      });
    });
  };

  // A field for words, a list for each column of choices, and how many rows are left.
  const filter = (table, headings, rows) => {
    const count = make("output", { "aria-live": "polite" });
    const words = make("input", { type: "search", size: "16", autocomplete: "off" });
    const fields = [make("label", {}, "Search ", words)];
    const choices = [];
    headings.forEach((heading, column) => {
      if (heading.dataset.kind !== "choice") return;
      const values = [...new Set(rows.map((row) => key(row.cells[column])))].sort((a, b) => compare("", a, b));
      const options = values.map((value) => make("option", { value }, value));
      const select = make("select", {}, make("option", { value: "" }, "all"), ...options);
      choices.push([column, select]);
      fields.push(make("label", {}, heading.textContent.trim() + " ", select));
    });
    const apply = () => {
      const wanted = words.value.trim().toLowerCase();
      let left = 0;
      rows.forEach((row) => {
        const said = row.textContent.toLowerCase().includes(wanted);
        const chosen = choices.every(([column, select]) => !select.value || key(row.cells[column]) === select.value);
        row.hidden = !(said && chosen);
        left += !row.hidden;
      });
      count.textContent = `${left} of ${rows.length} rows`;
    };
    const form = make("form", { class: "filters", "aria-controls": table.id, "aria-label": `Filter: ${table.caption.textContent}` }, ...fields, count);
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    table.parentElement.before(form);
    apply();
  };

  document.querySelectorAll("table[data-sortable]").forEach((table) => {
    const headings = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows];
    if (rows.length > 3) filter(table, headings, rows);
    sort(table, headings, rows);
  });

  // Files may have no clipboard: then the command is selected, ready to be copied.
  document.querySelectorAll("[data-copy]").forEach((command) => {
    const code = command.querySelector("code");
    const button = make("button", { type: "button", class: "copy", "aria-label": `Copy: ${code.textContent}` }, "copy");
    button.addEventListener("click", async () => {
      let done = "copied";
      try {
        await navigator.clipboard.writeText(code.textContent);
      } catch {
        getSelection().selectAllChildren(code);
        done = "selected";
      }
      button.textContent = done;
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    });
    command.append(button);
  });

  // What is folded is opened where a link leads into it, and on paper.
  const unfold = () => {
    const target = document.getElementById(location.hash.slice(1));
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((fold) => { fold.open = true; }));
})();
