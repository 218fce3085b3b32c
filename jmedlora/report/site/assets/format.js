// Numbers as people read them, and small bars of them.

const score = (value) => (value === null || value === undefined ? "–" : value.toFixed(3));
const percent = (value) => (value === null || value === undefined ? "–" : `${(100 * value).toFixed(1)} %`);
const many = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
const interval = (low, high) =>
  low === null || low === undefined ? "no interval" : `${score(low)}–${score(high)}`;

const FLOORS = { chance: "guess", "empty answer": "no answer", "all choices": "all choices" };

/** A share as a bar from 0 to most: its interval, itself, and marks such as chance or a pass line. */
function bar(value, low, high, marks, most = 1) {
  const place = (number) => `${(100 * Math.min(Math.max(number / most, 0), 1)).toFixed(2)}%`;
  const parts = [];
  if (low !== null && low !== undefined) {
    const width = `${((100 * Math.max(high - low, 0)) / most).toFixed(2)}%`;
    parts.push(element("span", { class: "range", style: { left: place(low), width } }));
  }
  for (const mark of marks) {
    if (mark !== null && mark !== undefined) {
      parts.push(element("span", { class: "mark", style: { left: place(mark) } }));
    }
  }
  if (value !== null) parts.push(element("span", { class: "dot", style: { left: place(value) } }));
  return element("span", { class: "bar", "aria-hidden": "true" }, parts);
}

/** How often, as a filled bar. */
function filledBar(share, mark) {
  const fill = element("span", { class: "fill", style: { width: `${(100 * share).toFixed(2)}%` } });
  const line = mark === undefined ? null : element("span", { class: "mark", style: { left: `${(100 * mark).toFixed(2)}%` } });
  return element("span", { class: "bar", "aria-hidden": "true" }, fill, line);
}
