// Whether a model chooses the same content when the choices are permuted.

function agreementTable(found) {
  const { agreement } = found;
  const rows = [
    ["the same content in two orders", agreement.content, null],
    ["… where one was right", agreement.right.share, agreement.right.of],
    ["… where one was wrong", agreement.wrong.share, agreement.wrong.of],
    ["unrelated answers would agree", agreement.unrelated.share, agreement.unrelated.of],
    ["two uniform guesses would agree", agreement.chance, null],
    ["the same position in two orders", agreement.position, null],
    ["the same content in all orders", agreement.all_same, null],
  ].filter(([, share]) => share !== null);
  const shown = rows.map(([name, share, of]) => tableRow(name, element("div", { class: "score" }, percent(share), filledBar(share, agreement.chance)), of === null ? "" : String(of)));
  return framedTable("Agreement of two orders; the upright line is two uniform guesses", ["Agreement", "Share", "of"], shown);
}

function ordersTable(found) {
  const rows = found.runs.map((run) => tableRow(run.shuffle_seed === null ? "as published" : `seed ${run.shuffle_seed}`, score(run.accuracy), percent(run.unanswered)));
  return framedTable("Accuracy in each order", ["Order", "Accuracy", "Unanswered"], rows);
}

function positionSpec(found) {
  const values = found.positions.flatMap((each) => [
    { position: each.label, what: "chosen", share: each.chosen },
    { position: each.label, what: "correct there", share: each.expected },
  ]);
  return {
    data: { values },
    height: 200,
    mark: { type: "bar" },
    encoding: {
      x: { field: "position", type: "nominal", title: "Position shown", axis: { labelAngle: 0 } },
      xOffset: { field: "what", sort: ["chosen", "correct there"] },
      y: { field: "share", type: "quantitative", title: "Share of questions", axis: { format: "%" } },
      color: { field: "what", type: "nominal", title: null, sort: ["chosen", "correct there"], legend: { orient: "bottom" } },
      tooltip: [{ field: "what" }, { field: "share", format: ".1%" }],
    },
  };
}

function drawConsistency(root, index) {
  root.append(element("p", { class: "key" }, `A model that knows chooses the same content in any order of the choices. ${index.agreementNote}`));
  for (const found of index.consistency) {
    const title = `${found.exam}: ${found.model}, ${many(found.shots, "shot")}`;
    const part = element("section", {}, element("h3", {}, title), element("p", { class: "quiet" }, `${many(found.runs.length, "order")} of ${many(found.questions, "question")}`));
    root.append(part);
    part.append(element("div", { class: "beside" }, agreementTable(found), ordersTable(found)));
    if (found.positions.length) chart(part, `${title}: positions chosen, beside where the correct choice stood`, () => positionSpec(found));
  }
}

VIEWS.push({ id: "consistency", title: "Consistency", has: (index) => index.consistency.length, draw: drawConsistency });
