// Charts by Vega-Lite. Its expressions are interpreted (ast), for the page's policy allows no eval.

const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"; // a name; nothing is fetched
const COLOURS = ["#0068b5", "#c4420b", "#2f8132", "#8d4fb0", "#946000", "#b8336a", "#0f7f86", "#5a5f69"];
const COLOURS_DARK = ["#6cb6ff", "#ff9a62", "#7fd083", "#d3a4f0", "#e6b84c", "#ff8fb8", "#5fd0d8", "#b3bac5"];
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const drawn = new Map(); // by the element that holds a chart: how to draw it, and whether it must be

function chartConfig() {
  const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const [text, quiet, line] = [read("--text"), read("--quiet"), read("--line")];
  const font = "system-ui, sans-serif";
  return {
    background: "transparent",
    font,
    view: { stroke: null },
    axis: { labelColor: text, titleColor: text, gridColor: line, domainColor: quiet, tickColor: quiet,
      labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelFlush: false, labelLimit: WIDE.matches ? 260 : 120 },
    legend: { labelColor: text, titleColor: text, labelFontSize: 12, labelLimit: WIDE.matches ? 320 : 220, symbolSize: 90,
      layout: { bottom: { anchor: "start", direction: "vertical", offset: 8 } } },
    title: { color: text, fontSize: 13, fontWeight: 600, anchor: "start" },
    text: { color: text },
    range: { category: dark.matches ? COLOURS_DARK : COLOURS },
  };
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Draws what spec() gives into a new figure below parent, and again when the colours change. */
function chart(parent, label, spec) {
  const holder = element("div", { class: "chart" });
  parent.append(element("figure", {}, element("figcaption", {}, label), holder));
  drawn.set(holder, { draw: () => drawChart(holder, label, spec), stale: true });
  drawVisible();
}

async function drawChart(holder, label, spec) {
  const full = { $schema: SCHEMA, description: label, width: "container", ...spec() };
  await vegaEmbed(holder, full, {
    mode: "vega-lite",
    ast: true,
    renderer: "svg",
    actions: { export: true, source: false, compiled: false, editor: false },
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    config: chartConfig(),
  });
  for (const svg of holder.querySelectorAll("svg")) svg.setAttribute("aria-label", label);
}

/** Draws the charts in sight that are not drawn yet, or in other colours: a hidden one has no width. */
function drawVisible() {
  for (const [holder, each] of drawn) {
    if (!holder.isConnected) drawn.delete(holder);
    else if (each.stale && holder.offsetParent) {
      each.stale = false;
      each.draw();
    }
  }
}

function drawAgain() {
  for (const each of drawn.values()) each.stale = true;
  drawVisible();
}

dark.addEventListener("change", drawAgain);
window.addEventListener("resize", () => { // one that is hidden cannot follow
  for (const [holder, each] of drawn) each.stale ||= !holder.offsetParent;
});
