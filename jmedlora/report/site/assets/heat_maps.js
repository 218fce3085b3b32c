// By category and by difficulty for candidates: the share of right answers as a table of shades.

const HEAT = { light: [[247, 250, 254], [8, 69, 148]], dark: [[27, 34, 44], [122, 187, 255]] };

/** The shade of a share, and whether black or white is read on it. */
function shade(share) {
  const [from, to] = dark.matches ? HEAT.dark : HEAT.light;
  const mixed = from.map((each, place) => Math.round(each + share * (to[place] - each)));
  const linear = mixed.map((each) => ((each / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return { "background-color": `rgb(${mixed.join(",")})`, color: luminance > 0.179 ? "#000" : "#fff" };
}

function heatCell(share) {
  if (share === null) return element("td", {}, "–");
  return element("td", { class: "heat", style: shade(share) }, (100 * share).toFixed(0));
}

function heatTable(map) {
  const shown = map.models.map((_, place) => place).filter((place) => map.groups.some((group) => group.scores[place] !== null));
  const heads = shown.map((place) => element("th", { scope: "col", class: "upright" }, element("span", {}, map.models[place])));
  const rows = map.groups.map((group) => element(
    "tr",
    {},
    element("th", { scope: "row" }, group.name),
    element("td", { class: "quiet" }, String(group.questions)),
    shown.map((place) => heatCell(group.scores[place])),
  ));
  const label = `${map.exam}: ${map.score} in percent, by ${map.by === "category" ? "category (診療科)" : "the share of candidates who were right"}`;
  const head = element("tr", {}, element("th", { scope: "col" }, map.by === "category" ? "Category" : "Candidates"), element("th", { scope: "col" }, "n"), heads);
  const table = element("table", { class: "heat-map", "aria-label": label }, element("thead", {}, head), element("tbody", {}, rows));
  return element("section", {}, element("h3", {}, label), frame(label, table));
}

function drawHeatMaps(root, index) {
  const draw = () => {
    root.replaceChildren(element("p", { class: "key" }, "The percent of right answers in each group; n is its number of questions. The fewer questions, the less a shade says: of 20 questions the 95 % interval of 50 % is 30 to 70 %."),
      ...index.heatMaps.map(heatTable));
  };
  draw();
  dark.addEventListener("change", draw);
}

VIEWS.push({ id: "groups", title: "Where wrong", has: (index) => index.heatMaps.length, draw: drawHeatMaps });
