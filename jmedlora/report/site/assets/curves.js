// Learning curves of trained models, and forest plots of models that were not trained here.

function picker(root, label, names, draw) {
  const holder = element("div", { class: "pictures" });
  const show = (value) => { holder.replaceChildren(); draw(Number(value), holder); };
  if (names.length > 1) root.append(labelledSelect(label, names.map((name, place) => [String(place), name]), show).field);
  root.append(holder);
  draw(0, holder);
}

const floorText = (floor) => `${FLOORS[floor.name]} ${score(floor.value)}`;

function floorLayer(floor) {
  if (!floor) return [];
  const data = { values: [{ floor: floor.value, text: floorText(floor) }] };
  const quiet = colour("--quiet");
  return [
    { data, mark: { type: "rule", strokeDash: [4, 4], color: quiet }, encoding: { y: { field: "floor", type: "quantitative" } } },
    { data, mark: { type: "text", align: "right", dx: -2, dy: -7, color: quiet, fontSize: 11 },
      encoding: { x: { value: "width" }, y: { field: "floor", type: "quantitative" }, text: { field: "text" } } },
  ];
}

function curveSpec(picture, panel) {
  const flat = (reference) => panel.curves.filter((each) => each.reference === reference)
    .flatMap((curve) => curve.points.map((point) => ({ ...point, model: reference ? `${curve.model}, not trained` : curve.model })));
  const names = [...new Set([...flat(false), ...flat(true)].map((each) => each.model))];
  const model = { field: "model", type: "nominal", title: null, scale: { domain: names }, legend: { orient: "bottom", direction: "vertical", symbolOpacity: 1 } };
  const y = (field) => ({ field, type: "quantitative", title: picture.score, scale: { zero: false } });
  const x = { field: "step", type: "quantitative", title: "Training steps", axis: { format: ",d", tickMinStep: 1, tickCount: 6 } };
  const tooltip = ["model", "step", "value", "low", "high"].map((field) => ({ field, ...(field === "step" || field === "model" ? {} : { format: ".3f" }) }));
  return {
    height: 300,
    data: { values: flat(false) },
    layer: [
      ...floorLayer(panel.floor),
      { mark: { type: "area", opacity: 0.16 }, encoding: { x, y: y("low"), y2: { field: "high" }, color: model } },
      { mark: { type: "line", strokeWidth: 2 }, encoding: { x, y: y("value"), color: model } },
      { mark: { type: "point", filled: true, size: 70, opacity: 1 }, encoding: { x, y: y("value"), color: model, shape: model, tooltip } },
      ...(flat(true).length ? [{ data: { values: flat(true) }, mark: { type: "rule", strokeWidth: 1.5 }, encoding: { y: y("value"), color: model, tooltip } }] : []),
    ],
  };
}

function drawCurves(root, index) {
  root.append(element("p", { class: "key" }, "How a score changes with the training steps: one curve for each model. The bands are 95 % intervals. The dashed line is the score of an answer without any knowledge. A level line without dots is a model that was not trained. Shots are solved examples in the prompt before the question."));
  const names = index.curves.map((each) => `${each.exam}: ${each.score}`);
  picker(root, "Exam and score", names, (place, holder) => {
    const picture = index.curves[place];
    for (const panel of picture.panels) {
      const label = `${picture.exam}, ${many(picture.questions, "question")}: ${picture.score}, ${many(panel.shots, "shot")}`;
      chart(holder, label, () => curveSpec(picture, panel));
    }
  });
  root.append(folded("Not on a curve", index.curveNotes) ?? "");
}

function forestSpec(forest) {
  const y = { field: "model", type: "nominal", title: null, sort: { field: "value", op: "max", order: "descending" } };
  const scale = { zero: false, nice: true };
  const axis = { tickCount: 8 };
  const x = (field) => ({ field, type: "quantitative", title: `${forest.score}, with its 95 % interval`, scale, axis });
  const accent = colour("--accent");
  const data = { values: forest.floor ? [{ floor: forest.floor.value, text: floorText(forest.floor) }] : [] };
  const floor = forest.floor ? [
    { data, mark: { type: "rule", strokeDash: [4, 4], color: colour("--quiet") }, encoding: { x: x("floor"), tooltip: { field: "text" } } },
    { data, mark: { type: "text", align: "left", dx: 4, dy: -6, baseline: "bottom", color: colour("--quiet"), fontSize: 11 },
      encoding: { x: x("floor"), y: { value: 0 }, text: { field: "text" } } }] : [];
  return {
    height: 26 * forest.points.length,
    data: { values: forest.points },
    layer: [
      ...floor,
      { transform: [{ filter: "datum.low !== null" }], mark: { type: "rule", strokeWidth: 2, color: accent }, encoding: { y, x: x("low"), x2: { field: "high" } } },
      { mark: { type: "point", filled: true, size: 80, color: accent, opacity: 1 },
        encoding: { y, x: x("value"), tooltip: ["model", "value", "low", "high"].map((field) => ({ field, ...(field === "model" ? {} : { format: ".3f" }) })) } },
    ],
  };
}

/** Which test of the page tells two of these models apart, or which command does. */
const testedBy = (forests) => (forests.some((each) => each.tested)
  ? "The overview compares each model with the best one, question by question."
  : "The overview does not compare these models with each other. jmed-report table --against MODEL does.");

function drawForests(root, index) {
  root.append(element("p", { class: "key" }, "Models that were not trained here, the best on top. The point is the score, the line through it is its 95 % interval. The dashed line is the score of an answer without any knowledge. Intervals that overlap do not mean that two models are equal. ", testedBy(index.forests)));
  const names = index.forests.map((each) => `${each.exam}: ${each.score}`);
  picker(root, "Exam and score", names, (place, holder) => {
    const forest = index.forests[place];
    chart(holder, `${forest.exam}, ${many(forest.questions, "question")}: ${forest.score}`, () => forestSpec(forest));
  });
}

VIEWS.push({ id: "curves", title: "Learning curves", has: (index) => index.curves.length, draw: drawCurves });
VIEWS.push({ id: "forest", title: "Models compared", has: (index) => index.forests.length, draw: drawForests });
