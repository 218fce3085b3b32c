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

const WAYS = {
  category: { head: "Category", label: "by medical category (診療科)" },
  difficulty: { head: "Human candidates", label: "by how many human candidates were right" },
};

function heatTable(map) {
  const way = WAYS[map.by];
  const shown = map.models.map((_, place) => place).filter((place) => map.groups.some((group) => group.scores[place] !== null));
  const heads = shown.map((place) => element("th", { scope: "col", class: "upright" }, element("span", {}, map.models[place])));
  const rows = map.groups.map((group) => element(
    "tr",
    {},
    element("th", { scope: "row", ...written(group.name) }, group.name),
    element("td", { class: "quiet" }, String(group.questions)),
    shown.map((place) => heatCell(group.scores[place])),
  ));
  const label = `${map.exam}: ${map.score} in percent, ${way.label}`;
  const head = element("tr", {}, element("th", { scope: "col" }, way.head), element("th", { scope: "col" }, "Questions"), heads);
  const table = element("table", { class: "heat-map", "aria-label": label }, element("thead", {}, head), element("tbody", {}, rows));
  return element("section", {}, element("h3", {}, `${way.label[0].toUpperCase()}${way.label.slice(1)}`), frame(label, table));
}

/** The maps of one exam and score at a time: by category, and beside it by difficulty. */
function drawHeatMaps(root, index) {
  const names = [...new Set(index.heatMaps.map((map) => `${map.exam}: ${map.score}`))];
  root.append(element("p", { class: "key" }, "The percentage of right answers in each group of questions. Darker is better on a light screen, lighter is better on a dark one. A group of few questions says little: with 20 questions, the 95 % interval of 50 % reaches from 30 to 70 %."));
  picker(root, "Exam and score", names, (place, holder) => {
    const draw = () => holder.replaceChildren(...index.heatMaps.filter((map) => `${map.exam}: ${map.score}` === names[place]).map(heatTable));
    holder.className = "beside";
    draw();
    dark.onchange = draw;
  });
}

VIEWS.push({ id: "groups", title: "Where wrong", has: (index) => index.heatMaps.length, draw: drawHeatMaps });
