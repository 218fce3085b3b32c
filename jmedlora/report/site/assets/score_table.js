// A table of models and scores: intervals as bars, the score of an answer without knowledge as a line.

const shownP = (p) => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`);

function differenceOf(cell) {
  if (cell.difference === undefined) return null;
  const sign = cell.difference >= 0 ? "+" : "−";
  return element("span", { class: "quiet" }, ` ${sign}${Math.abs(cell.difference).toFixed(3)}`);
}

/** What a guess scores, or else the list of all choices; none where that list gets full marks. */
const floorOf = (row) => row.floors.chance ?? (row.floors["all choices"] < 1 ? row.floors["all choices"] : null);

function scoreCell(cell, row) {
  if (!cell) return "–";
  const told = interval(cell.low, cell.high);
  const number = element(cell.best ? "strong" : "span", { title: `95 % interval: ${told}` }, score(cell.value));
  const isShare = cell.value >= 0 && cell.value <= 1;
  const shown = isShare ? bar(cell.value, cell.low, cell.high, [floorOf(row)]) : null;
  const p = cell.difference === undefined ? "" : shownP(cell.p);
  const range = element("span", { class: "quiet small" }, [cell.low === null ? "" : told, p].filter(Boolean).join(", "));
  return element("div", { class: "score" }, element("div", {}, number, differenceOf(cell)), shown, range);
}

/** Models by row, scores by column. A heading that is pressed puts the best first. */
function scoreTable(models, rows, label) {
  const places = models.map((_, place) => place).filter((place) => rows.some((row) => row.cells[place]));
  const body = element("tbody");
  const fill = (order) => body.replaceChildren(...order.map((place) => tableRow(models[place], ...rows.map((row) => scoreCell(row.cells[place], row)))));
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
  const floors = Object.entries(row.floors).filter(([, floor]) => floor).map(([name, floor]) => element("span", { class: "quiet small" }, `${FLOORS[name]} ${score(floor)}`));
  const head = element("th", { scope: "col", "aria-sort": "none" });
  const sort = () => {
    fill([...places].sort((one, two) => value(two) - value(one)));
    head.dispatchEvent(new Event("sorted"));
  };
  const under = row.under ? element("span", { class: "quiet small" }, row.under) : null;
  head.append(element("button", { type: "button", class: "sort", title: "Best first", on: { click: sort } }, row.name), under ?? "", ...floors);
  return head;
}
