"use strict";
(() => {
  const table = document.getElementById("models");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const key = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort || (cell.querySelector(".absent") ? "\uffff" : cell.textContent.trim());
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.sort((a, b) => (down ? -1 : 1) * order.compare(key(a, column), key(b, column)));
      body.append(...rows);
    });
  });
  const [form, search, gate, state, overdue, count] =
    ["filters", "search", "gate", "state", "overdue", "count"].map((id) => document.getElementById(id));
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = texts.get(row);
      row.hidden = !words.every((word) => text.includes(word))
        || (gate.value !== "" && row.dataset.gate !== gate.value)
        || (state.value !== "" && row.dataset.state !== state.value)
        || (overdue.checked && row.dataset.overdue === "0");
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = shown + " of " + rows.length + " shown";
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
