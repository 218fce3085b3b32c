// Whether a model chooses the same content when the choices are permuted.

const READING = [
  "Agreement alone is no proof of knowledge: a model that always writes the same text agrees with itself, too. Its accuracy must also lie above a guess, and its agreement above that of its answers to other questions.",
  "A model that agrees as often where it is wrong as where it is right shows no knowledge. Near the line of two guesses, it guesses. Far above the line, a fixed habit holds its choices in place.",
  "The same position in two orders means that the model prefers a place in the list, such as the first choice, and not a content.",
];

function agreementTable(found) {
  const { agreement } = found;
  const rows = [
    ["the same content in two orders", agreement.content, null],
    ["… where one was right", agreement.right.share, agreement.right.of],
    ["… where one was wrong", agreement.wrong.share, agreement.wrong.of],
    ["answers to other questions would agree", agreement.unrelated.share, agreement.unrelated.of],
    ["two guesses would agree", agreement.chance, null],
    ["the same position in two orders", agreement.position, null],
    ["the same content in all orders", agreement.all_same, null],
  ].filter(([, share]) => share !== null);
  const shown = rows.map(([name, share, of]) => tableRow(name, element("div", { class: "score" }, percent(share), filledBar(share, agreement.chance)), of === null ? "" : of.toLocaleString("en")));
  return framedTable("Agreement of two orders. The upright line: two guesses", ["Agreement", "Share", "Pairs of answers"], shown);
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
  root.append(element("p", { class: "key" }, "The same questions were asked again with their choices in another order. A model that knows the answer chooses the same content in every order."), folded("How to read the agreement", READING));
  for (const found of index.consistency) {
    const title = `${found.exam}: ${found.model}, ${many(found.shots, "shot")}`;
    const part = element("section", {}, element("h3", {}, title), element("p", { class: "quiet" }, `${many(found.runs.length, "order")} of ${many(found.questions, "question")}`));
    root.append(part);
    part.append(element("div", { class: "beside" }, agreementTable(found), ordersTable(found)));
    if (found.positions.length) chart(part, `${title}: positions chosen, beside where the correct choice stood`, () => positionSpec(found));
  }
}

VIEWS.push({ id: "consistency", title: "Consistency", has: (index) => index.consistency.length, draw: drawConsistency });
