// Models and exams with scores: a table for each exam, intervals as bars, chance as a line.

function scoreCell(cell, row) {
  if (!cell) return "–";
  const low = interval(cell.low, cell.high);
  const difference = cell.difference === undefined ? null : element(
    "span",
    { class: "quiet" },
    ` ${cell.difference >= 0 ? "+" : "−"}${Math.abs(cell.difference).toFixed(3)} (p ${cell.p < 0.001 ? "< .001" : cell.p.toFixed(3)})`,
  );
  const number = element(cell.best ? "strong" : "span", { title: `95 %: ${low}` }, score(cell.value));
  const isShare = cell.value >= 0 && cell.value <= 1;
  const shown = isShare ? bar(cell.value, cell.low, cell.high, [row.floors.chance]) : null;
  const range = element("span", { class: "quiet small" }, cell.low === null ? "" : low);
  return element("div", { class: "score" }, element("div", {}, number, difference), shown, range);
}

/** A table of models, best first where a heading is pressed. */
function scoreTable(table, section, rows, label) {
  const places = table.models.map((_, place) => place).filter((place) => rows.some((row) => row.cells[place]));
  const body = element("tbody");
  const fill = (order) => body.replaceChildren(...order.map((place) => tableRow(table.models[place], ...rows.map((row) => scoreCell(row.cells[place], row)))));
  const heads = rows.map((row) => sortHead(row, places, fill));
  const reset = () => heads.forEach((each) => each.setAttribute("aria-sort", "none"));
  heads.forEach((each) => each.addEventListener("sorted", () => { reset(); each.setAttribute("aria-sort", "descending"); }));
  fill(places);
  const head = element("tr", {}, element("th", { scope: "col" }, "Model"), heads);
  const shown = element("table", {}, element("caption", {}, label), element("thead", {}, head), body);
  return frame(label, shown);
}

function sortHead(row, places, fill) {
  const value = (place) => (row.cells[place] ? row.cells[place].value : -Infinity);
  const chance = row.floors.chance === undefined ? null : element("span", { class: "quiet small" }, `chance ${score(row.floors.chance)}`);
  const head = element("th", { scope: "col", "aria-sort": "none" });
  const sort = () => {
    fill([...places].sort((one, two) => value(two) - value(one)));
    head.dispatchEvent(new Event("sorted"));
  };
  head.append(element("button", { type: "button", class: "sort", title: "Best first", on: { click: sort } }, row.name), chance ?? "");
  return head;
}

function overviewSection(table, section) {
  const [scores, rates] = [section.rows.filter((row) => !row.rate), section.rows.filter((row) => row.rate)];
  const title = `${section.exam} – ${many(section.questions, "question")}`;
  const part = element("section", {}, element("h3", {}, title));
  if (scores.length) part.append(scoreTable(table, section, scores, `Scores of ${section.exam}`));
  if (rates.length) {
    const shown = scoreTable(table, section, rates, `Rates of ${section.exam}`);
    part.append(element("details", {}, element("summary", {}, "Rates: answers that were cut, empty or not read"), shown));
  }
  return part;
}

function drawOverview(root, index) {
  const { table } = index;
  root.append(
    element("p", { class: "key" }, "Each score is a point with its 95 % interval, from 0 to 1. The upright line is what a guess scores. ",
      "Bold is the best of a column. Differences are from ", element("em", {}, table.against), ", paired, p by Holm. Press a heading for the best first."),
    folded(`${many(table.warnings.length, "warning")}: models were not all asked or scored alike`, table.warnings) ?? "",
    ...table.sections.map((section) => overviewSection(table, section)),
    folded("Notes", table.notes) ?? "",
    folded("Signatures: what pins how each score was computed", table.signatures.map((each) => each.filter(Boolean).join(" · "))) ?? "",
  );
}

VIEWS.push({ id: "overview", title: "Overview", has: (index) => index.table?.sections.length, draw: drawOverview });
