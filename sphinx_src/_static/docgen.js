// Filters the rows of a trace matrix by words and by verdict. No request, no storage; without it all rows are shown.
"use strict";

function addFilter(table) {
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  const verdictOf = (row) => row.querySelector(".docgen-verdict")?.textContent.trim() ?? "";
  const bar = document.createElement("form");
  bar.className = "docgen-filter";
  bar.setAttribute("role", "search");
  const words = labelled(bar, "Show rows that contain", document.createElement("input"));
  words.type = "search";
  const verdict = labelled(bar, "with the verdict", document.createElement("select"));
  for (const text of ["any", ...new Set(rows.map(verdictOf).filter(Boolean))]) {
    verdict.append(new Option(text, text === "any" ? "" : text));
  }
  const count = document.createElement("output");
  bar.append(count);
  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const fits = wanted.every((word) => text.includes(word)) && (!verdict.value || verdictOf(row) === verdict.value);
      row.hidden = !fits;
      shown += fits;
    }
    count.textContent = `${shown} of ${rows.length} rows`;
  };
  bar.addEventListener("input", apply);
  bar.addEventListener("submit", (event) => event.preventDefault());
  apply();
  (table.closest(".table-wrapper") ?? table).before(bar);
}

function labelled(bar, text, control) {
  const label = document.createElement("label");
  label.append(text, control);
  bar.append(label);
  return control;
}

document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("table.docgen-matrix").forEach(addFilter));
