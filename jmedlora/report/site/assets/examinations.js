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

function correctCell(examination, result) {
  const [low, high] = result.interval ?? [null, null];
  const share = result.correct / result.questions;
  return element("div", { class: "score" }, element("div", {}, percent(share)), bar(share, low, high, [examination.guess]),
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
    correctCell(examination, each),
    ...lines.map((name) => lineCell(each.lines[name])),
    forbiddenCell(examination, each),
    `${each.unparsed} / ${each.cut}`,
    ...(candidates ? [candidatesCell(each)] : []),
  ));
  return framedTable(`Verdicts on ${examination.title}`, head, rows);
}

/** Forbidden choices beside the most that may be taken; nothing where either is not known. */
function forbiddenMargin(examination, result) {
  const most = examination.mostForbidden;
  if (result.kinki === null || most === null) return null;
  const over = result.kinki > most;
  return element("div", {}, element("span", { class: `small ${over ? "over" : "quiet"}` }, `forbidden ${result.kinki} ${over ? ">" : "≤"} ${most}`));
}

/** All models and years at once: the verdict, how many points it is from each line, forbidden choices. */
function verdictMatrix(examinations) {
  const models = [...new Set(examinations.flatMap((each) => each.results.map((result) => result.model)))];
  const margins = (result) => Object.entries(result.lines).filter(([, line]) => hasLine(line)).map(([name, line]) => element("div", { class: "quiet small" }, `${name} ${signed(line.points - line.pass)}`));
  const cell = (examination, model) => {
    const found = examination.results.find((each) => each.model === model);
    return found ? element("div", {}, verdictBadge(found.verdict), margins(found), forbiddenMargin(examination, found)) : "–";
  };
  const rows = models.map((model) => tableRow(model, ...examinations.map((each) => cell(each, model))));
  return framedTable("Verdicts by examination, points above (+) or below (−) each pass line, and forbidden choices", ["Model", ...examinations.map((each) => (each.year ? `${each.name} (${each.year})` : each.name))], rows);
}

/** How far above or below each line, in percent of its points, by examination; with the 95 % range. */
function marginValues(examinations) {
  const values = [];
  for (const each of examinations) {
    for (const result of each.results) {
      for (const [name, line] of Object.entries(result.lines)) {
        const margin = (points) => (points - line.pass) / line.max_points;
        const [low, high] = line.interval ?? [null, null];
        if (hasLine(line)) {
          values.push({ examination: each.name, model: result.model, line: name, margin: margin(line.points), points: line.points, pass: line.pass,
            ...(low === null ? {} : { low: margin(low), high: margin(high), range: `${low} to ${high}` }) });
        }
      }
    }
  }
  return values;
}

function marginSpec(examinations) {
  const values = marginValues(examinations);
  const lines = [...new Set(values.map((each) => each.line))];
  const line = { field: "line", type: "nominal", title: "Line", sort: lines };
  const y = (field) => ({ field, type: "quantitative", title: "Above the line, in % of all points", axis: { format: "+%" } });
  const tooltip = [...["model", "examination", "line", "points"].map((field) => ({ field })), { field: "range", title: "95 % range" }, { field: "pass" }];
  const shared = {
    x: { field: "examination", type: "ordinal", title: "Examination", axis: { labelAngle: 0 } },
    xOffset: { field: "model" }, // so that the ranges of two models do not hide each other
    color: { field: "model", type: "nominal", title: null, legend: { orient: "bottom", direction: "vertical", symbolOpacity: 1 } },
    tooltip,
  };
  return {
    data: { values },
    height: 220,
    layer: [
      { transform: [{ filter: "isValid(datum.low)" }], mark: { type: "rule", strokeWidth: 5, opacity: 0.3 }, encoding: { ...shared, y: y("low"), y2: { field: "high" } } },
      { mark: { type: "point", filled: true, size: 70, opacity: 1 }, encoding: { ...shared, y: y("margin"), shape: { ...line, legend: { orient: "bottom" } } } },
      { data: { values: [{}] }, mark: { type: "rule", strokeWidth: 2, color: colour("--text") }, encoding: { y: { datum: 0 } } },
    ],
  };
}

/** The chart of all examinations, or a line that says why there is none. */
function drawMargins(root, examinations) {
  const known = examinations.filter((each) => each.results.some((result) => Object.values(result.lines).some(hasLine)));
  const models = new Set(known.flatMap((each) => each.results.map((result) => result.model))).size;
  if (known.length < 2) return;
  if (models > COLOURS.length) root.append(element("p", { class: "quiet" }, `A chart of the points is drawn for at most ${COLOURS.length} models. This page has ${models}: the table above shows all of them.`));
  else chart(root, "Points above or below each pass line, with the 95 % range, by examination", () => marginSpec(known));
}

function drawExaminations(root, index) {
  const { examinations } = index;
  root.append(element("p", { class: "key" }, "Would the model pass? It needs the points of every pass line, and must not take too many forbidden choices. The dot in a bar is what it reached, the band is the 95 % range with other questions of the same kind, the upright line is the pass line. In the bar of right answers, the upright line is the score of a guess. The chance of passing is how often it reaches all lines with such questions; from 10 % to 90 % it is called close."));
  if (examinations.length > 1) root.append(verdictMatrix(examinations));
  drawMargins(root, examinations);
  for (const each of examinations) {
    const year = each.year ? ` (${each.year})` : "";
    root.append(element("section", {}, element("h3", {}, element("span", written(each.title), each.title), `${year} – ${many(each.questions, "question")}`), examinationTable(each),
      folded("Where the pass lines come from, and why a model fails", each.notes) ?? ""));
  }
}

VIEWS.push({ id: "examinations", title: "Pass or fail", has: (index) => index.examinations.length, draw: drawExaminations });
