// Whether a model passes: points against the lines, forbidden choices, verdict, a table a year.

const VERDICTS = { pass: "pass", fail: "fail", incomplete: "incomplete", undecided: "undecided", none: "no verdict" };
const verdictBadge = (verdict) => element("span", { class: `badge verdict-${verdict}` }, VERDICTS[verdict]);

const signed = (number) => `${number >= 0 ? "+" : "−"}${Math.abs(number)}`;
const hasLine = (line) => line.pass !== null;

function lineCell(line) {
  if (!line) return "–";
  const [low, high] = line.interval ?? [null, null];
  const told = hasLine(line) ? `line ${line.pass}: ${signed(line.points - line.pass)}` : "line not known";
  return element("div", { class: "score" }, element("div", {}, `${line.points} of ${line.max_points}`), bar(line.points, low, high, hasLine(line) ? [line.pass] : [], line.max_points),
    element("span", { class: "quiet small" }, told));
}

function correctCell(result) {
  const [low, high] = result.interval ?? [null, null];
  const share = result.correct / result.questions;
  return element("div", { class: "score" }, element("div", {}, percent(share)), bar(share, low, high, []),
    element("span", { class: "quiet small" }, `${result.correct} of ${result.questions}`));
}

function forbiddenCell(examination, result) {
  if (result.kinki === null) return "not known";
  const most = examination.mostForbidden;
  const over = most !== null && result.kinki > most;
  return element("span", { class: over ? "over" : "" }, `${result.kinki}${most === null ? "" : ` (at most ${most})`}`);
}

function candidatesCell(result) {
  const all = result.candidates.all;
  return all ? `${percent(all.model)} / ${percent(all.candidates)}` : "–";
}

function probability(result) {
  if (result.probability === null) return "–";
  return `${percent(result.probability)}${result.close ? ", close" : ""}`;
}

function examinationTable(examination) {
  const lines = Object.keys(examination.titles);
  const candidates = examination.results.some((each) => each.candidates.all);
  const named = (each) => (each === examination.titles[each] ? each : `${each} (${examination.titles[each]})`);
  const head = ["Model", "Verdict", "Chance of passing", "Right", ...lines.map((each) => `Points, ${named(each)}`),
    "Forbidden choices (禁忌肢)", "Not read / cut off", ...(candidates ? ["Right: model / human candidates"] : [])];
  const rows = examination.results.map((each) => tableRow(
    each.model,
    verdictBadge(each.verdict),
    probability(each),
    correctCell(each),
    ...lines.map((name) => lineCell(each.lines[name])),
    forbiddenCell(examination, each),
    `${each.unparsed} / ${each.cut}`,
    ...(candidates ? [candidatesCell(each)] : []),
  ));
  return framedTable(`Verdicts on ${examination.title}`, head, rows);
}

/** All models and years at once: the verdict, and how many points it is from each line. */
function verdictMatrix(examinations) {
  const models = [...new Set(examinations.flatMap((each) => each.results.map((result) => result.model)))];
  const margins = (result) => Object.entries(result.lines).filter(([, line]) => hasLine(line)).map(([name, line]) => element("div", { class: "quiet small" }, `${name} ${signed(line.points - line.pass)}`));
  const cell = (examination, model) => {
    const found = examination.results.find((each) => each.model === model);
    return found ? element("div", {}, verdictBadge(found.verdict), margins(found)) : "–";
  };
  const rows = models.map((model) => tableRow(model, ...examinations.map((each) => cell(each, model))));
  return framedTable("Verdicts by examination, and points above (+) or below (−) each pass line", ["Model", ...examinations.map((each) => (each.year ? `${each.name} (${each.year})` : each.name))], rows);
}

/** How far above or below each line, in percent of its points, by examination. */
function marginSpec(examinations) {
  const values = examinations.flatMap((each) => each.results.flatMap((result) => Object.entries(result.lines)
    .filter(([, line]) => hasLine(line))
    .map(([name, line]) => ({ examination: each.name, model: result.model, line: name, margin: (line.points - line.pass) / line.max_points, points: line.points, pass: line.pass }))));
  const color = { field: "model", type: "nominal", title: null, legend: { orient: "bottom", direction: "vertical" } };
  const lines = [...new Set(values.map((each) => each.line))];
  return {
    data: { values },
    height: 220,
    layer: [
      { mark: { type: "line", strokeWidth: 1.5 } }, { mark: { type: "point", filled: true, size: 70, opacity: 1 } },
    ].map((each) => ({ ...each, encoding: {
      x: { field: "examination", type: "ordinal", title: "Examination", axis: { labelAngle: 0 } },
      y: { field: "margin", type: "quantitative", title: "Above the line, in % of all points", axis: { format: "+%" } },
      color, detail: { field: "line" }, strokeDash: { field: "line", type: "nominal", title: "Line", sort: lines, legend: { orient: "bottom" } },
      ...(each.mark.type === "point" ? { shape: { field: "line", type: "nominal", title: "Line", sort: lines } } : {}),
      tooltip: ["model", "examination", "line", "points", "pass"].map((field) => ({ field })),
    } })).concat({ data: { values: [{}] }, mark: { type: "rule", strokeWidth: 2, color: colour("--text") }, encoding: { y: { datum: 0 } } }),
  };
}

function drawExaminations(root, index) {
  const { examinations } = index;
  root.append(element("p", { class: "key" }, "Would the model pass? It needs the points of every pass line, and must not take too many forbidden choices. The dot in a bar is what it reached, the band is the 95 % range with other questions of the same kind, the upright line is the pass line. The chance of passing is how often it reaches all lines with such questions; from 10 % to 90 % it is called close."));
  if (examinations.length > 1) root.append(verdictMatrix(examinations));
  const known = examinations.filter((each) => each.results.some((result) => Object.values(result.lines).some(hasLine)));
  const models = new Set(known.flatMap((each) => each.results.map((result) => result.model)));
  if (known.length > 1 && models.size <= COLOURS.length) chart(root, "Points above or below each pass line, by examination", () => marginSpec(known));
  for (const each of examinations) {
    const year = each.year ? ` (${each.year})` : "";
    root.append(element("section", {}, element("h3", {}, element("span", written(each.title), each.title), `${year} – ${many(each.questions, "question")}`), examinationTable(each),
      folded("Where the pass lines come from, and why a model fails", each.notes) ?? ""));
  }
}

VIEWS.push({ id: "examinations", title: "Pass or fail", has: (index) => index.examinations.length, draw: drawExaminations });
