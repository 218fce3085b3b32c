// How good each model is, and how sure that is: all exams at once, then each exam with all scores.

/** The first score of each exam that says what is right; another one where none does. */
function firstScores(sections) {
  return sections.map((section) => {
    const scores = section.rows.filter((row) => !row.rate);
    const row = scores.find((each) => each.right) ?? scores[0];
    if (!row) return null;
    const cells = row.cells.map((cell) => cell && { ...cell, difference: undefined });
    const floors = row.floors.chance === undefined ? {} : { chance: row.floors.chance };
    return { ...row, cells, floors, name: section.exam, under: row.name };
  }).filter(Boolean);
}

/** The rows of both over all models: scores of lm-eval's tasks, and published answers. */
function joinedRows(table, published) {
  const models = [...new Set([...table.models, ...published.models])];
  const over = (row, named) => ({ ...row, cells: models.map((name) => row.cells[named.indexOf(name)] ?? null) });
  return { models, rows: [...firstScores(table.sections).map((row) => over(row, table.models)), ...published.rows.map((row) => over(row, published.models))] };
}

function allExams(table, published) {
  const { models, rows } = joinedRows(table, published);
  const several = models.some((_, place) => rows.filter((row) => row.cells[place]).length > 1);
  if (!several && !published.rows.length) return ""; // the tables below say the same
  return element("section", {}, element("h3", {}, "All exams"), scoreTable(models, rows, "All exams, one score of each"));
}

function overviewSection(table, section) {
  const [scores, rates] = [section.rows.filter((row) => !row.rate), section.rows.filter((row) => row.rate)];
  const title = `${section.exam} – ${many(section.questions, "question")}`;
  const part = element("section", {}, element("h3", {}, title));
  if (scores.length) part.append(scoreTable(table.models, scores, `Scores of ${section.exam}`));
  if (rates.length) {
    const shown = scoreTable(table.models, rates, `Rates of ${section.exam}`);
    part.append(element("details", {}, element("summary", {}, "How many answers were cut off, empty or not read"), shown));
  }
  return part;
}

function comparedWith(table) {
  const tested = table.sections.some((section) => section.rows.some((row) => row.cells.some((cell) => cell?.difference !== undefined)));
  return tested ? ["The number after a score is its difference from ", element("em", {}, table.against), ". "] : [];
}

const NO_TABLE = { models: [], sections: [], words: [], warnings: [], notes: [], signatures: [] };

function drawOverview(root, index) {
  const table = index.table ?? NO_TABLE;
  root.append(
    element("p", { class: "key" }, "A score with a bar lies between 0 and 1, and more is better. The dot is the score, the band around it its 95 % interval. ",
      "The upright line is the score of an answer without any knowledge: of a guess or, where no guess has a score, of a list of all choices. The two best scores of a column are bold. If there are only two models, the better score is bold. ",
      ...comparedWith(table), index.published.rows.length ? "A model has a score for published answers if it answered every question of the examination. " : "", "Press a heading to put the best model first."),
    folded("What the words mean", table.words) ?? "",
    folded(`${many(table.warnings.length, "warning")}, to read before you compare models`, table.warnings) ?? "",
    allExams(table, index.published),
    ...table.sections.map((section) => overviewSection(table, section)),
    folded("Notes", table.notes) ?? "",
    folded("Signatures: how each score was computed, to compare with other reports", table.signatures.map((each) => each.filter(Boolean).join(" · "))) ?? "",
  );
}

VIEWS.push({ id: "overview", title: "Overview", has: (index) => index.table?.sections.length || index.published.rows.length, draw: drawOverview });
