// What models recite of their training records: figures alone, no record.

function estimateText(figure, found) {
  if (!found) return "–";
  const told = (value) => (figure.isShare ? (100 * value).toFixed(1) : value.toFixed(2));
  return `${told(found.value)}${figure.isShare ? " %" : ""} [${told(found.low)}, ${told(found.high)}]`;
}

function figureRow(figure) {
  const model = estimateText(figure, figure.model);
  const found = figure.model;
  const shown = figure.isShare
    ? element("div", { class: "score" }, element("div", {}, model), bar(found.value, found.low, found.high, [figure.base?.value]))
    : model;
  return tableRow(figure.title, figure.part, String(figure.n), estimateText(figure, figure.base), shown, estimateText(figure, figure.change));
}

function exposureSpec(model) {
  const values = model.canaries.flatMap((each) => [
    { repetitions: each.repetitions, exposure: each.exposure, least: each.least, most: each.most, of: "model" },
    ...(each.base === null ? [] : [{ repetitions: each.repetitions, exposure: each.base, of: "its base" }]),
  ]);
  const x = { field: "repetitions", type: "quantitative", title: "Repetitions in training", scale: { type: "log", base: 2 }, axis: { values: model.canaries.map((each) => each.repetitions), format: "d" } };
  const y = { field: "exposure", type: "quantitative", title: "Exposure, bits" };
  const color = { field: "of", type: "nominal", title: null, sort: ["model", "its base"], legend: { orient: "bottom" } };
  return {
    data: { values },
    height: 220,
    layer: [
      { data: { values: [{ exposure: model.most_bits }] }, mark: { type: "rule", strokeDash: [4, 4], color: colour("--quiet") }, encoding: { y } },
      { mark: { type: "line", point: { size: 70 } }, encoding: { x, y, color, tooltip: ["of", "repetitions", "exposure", "least", "most"].map((field) => ({ field })) } },
    ],
  };
}

function drawRecite(root, index) {
  root.append(element("p", { class: "key" }, "How many training records a model repeats: word for word, nearly, or within an answer, behind other words. Held-out records are of the same kind, but the model was not trained on them. The upright line is its base, the model before this training. What the held-out records gain over the base is skill. What the trained records gain beyond that is memory. The records themselves are not on this page."));
  if (index.recited.some((model) => model.canaries.length)) {
    root.append(element("p", { class: "key" }, "A canary is a made-up record that was put into the training text, some once and some many times. Its exposure tells how much the model prefers it to records of the same form that it never saw: 1 bit more means that half as many of them are as likely. A model that knows nothing has about 1.4 bits."));
  }
  for (const model of index.recited) {
    const share = model.share === null ? "Its training records were not asked." : `The model repeats ${percent(model.share)} of the trained records that it was asked for: word for word, nearly, or within an answer.`;
    const known = model.origin?.is_known === false ? " It is not known whether the model was trained on these records." : "";
    const part = element("section", {}, element("h3", {}, model.name), element("p", {}, share, known, model.base ? ` Its base: ${model.base}.` : ""));
    root.append(part);
    if (model.figures.length) part.append(framedTable(`Trained beside held-out records: ${model.name}`, ["Figure", "Records", "Number", "Base", "Model", "Change"], model.figures.map(figureRow)));
    if (model.canaries.length) chart(part, `Canaries: exposure by the number of repetitions. The dashed line is the most that can be measured: ${model.name}`, () => exposureSpec(model));
  }
}

VIEWS.push({ id: "recite", title: "Recitation", has: (index) => index.recited.length, draw: drawRecite });
