// What every view uses: elements, numbers beside texts, and the list of views.
// Texts of models and exams are set as text nodes, so that nothing in them can act.

/** @type {{id: string, title: string, has: (index: object) => boolean, draw: Function}[]} */
const VIEWS = [];
const WIDE = window.matchMedia("(min-width: 60rem)"); // as in site.css

/**
 * An element. attributes: by name; "style" is an object of properties, "on" one of listeners.
 * children: elements, or texts, which become text nodes.
 */
function element(tag, attributes = {}, ...children) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "style") {
      for (const [key, each] of Object.entries(value)) found.style.setProperty(key, each);
    } else if (name === "on") {
      for (const [key, each] of Object.entries(value)) found.addEventListener(key, each);
    } else if (value !== null && value !== undefined && value !== false) {
      found.setAttribute(name, value === true ? "" : value);
    }
  }
  found.append(...children.flat().filter((each) => each !== null && each !== undefined));
  return found;
}

const JAPANESE = /[\u3040-\u30ff\u3400-\u9fff]/u;
/** Attributes of an element that holds text of exams or models: its language, for fonts and reading aloud. */
const written = (text) => ({ dir: "auto", lang: JAPANESE.test(text) ? "ja" : null });

/** A table in a frame that scrolls by itself where the screen is narrow. */
function framedTable(label, head, rows) {
  const cells = head.map((each) => element("th", { scope: "col" }, each));
  const table = element(
    "table",
    {},
    element("caption", {}, label),
    element("thead", {}, element("tr", {}, cells)),
    element("tbody", {}, rows),
  );
  return frame(label, table);
}

function frame(label, table) {
  return element("div", { class: "frame", role: "region", "aria-label": label, tabindex: "0" }, table);
}

/** A row whose first cell names it. */
function tableRow(name, ...cells) {
  const others = cells.map((each) => element("td", {}, each));
  return element("tr", {}, element("th", { scope: "row" }, name), others);
}

/** A list of sentences behind a line that says how many there are; nothing without any. */
function folded(summary, lines) {
  if (!lines.length) return null;
  const items = lines.map((each) => element("li", {}, each));
  return element("details", { class: "notes" }, element("summary", {}, summary), element("ul", {}, items));
}

/** A select with its label. options: [value, text] pairs. */
function labelledSelect(label, options, change) {
  const shown = options.map(([value, text]) => element("option", { value }, text));
  const select = element("select", { on: { change: () => change(select.value) } }, shown);
  return { select, field: element("label", { class: "field" }, element("span", {}, label), select) };
}
