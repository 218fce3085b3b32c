// The list of questions. It makes elements for the rows in sight alone, so that thousands stay quick.

const ROW = 46; // pixels, as in site.css
const BEYOND = 8; // rows above and below what is in sight

const dotClass = (state) => `state-${state === "-" ? "none" : state === "?" ? "open" : state}`;

/** What the dots of a row mean: one for each model, in the order of the cards. */
function stateKey() {
  const part = (state, text) => element("span", {}, element("i", { class: dotClass(state) }), ` ${text} `);
  return element("p", { class: "dots dots-key quiet small" }, part("r", "right"), part("w", "wrong"), part("u", "not read or cut off"), part("-", "no answer"));
}

class QuestionList {
  /** open: called with the place of the question that is chosen. */
  constructor(open) {
    this.open = open;
    this.places = [];
    this.current = 0; // of places
    this.space = element("div", { class: "space" });
    this.box = element("div", { class: "list", role: "listbox", "aria-label": "Questions", tabindex: "0", on: { scroll: () => this.draw(), keydown: (event) => this.key(event) } }, this.space);
  }

  show(set, places, snippets) {
    const open = this.places[this.current];
    Object.assign(this, { set, places, snippets });
    this.space.style.height = `${places.length * ROW}px`;
    this.current = Math.max(places.indexOf(open), 0);
    this.draw();
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.move(step);
  }

  move(step) {
    if (!this.places.length) return;
    this.choose(Math.min(Math.max(this.current + step, 0), this.places.length - 1));
  }

  choose(row) {
    this.current = row;
    const top = row * ROW;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top + ROW > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + ROW - this.box.clientHeight;
    this.draw();
    this.open(this.places[row]);
  }

  draw() {
    const first = Math.max(Math.floor(this.box.scrollTop / ROW) - BEYOND, 0);
    const count = Math.ceil((this.box.clientHeight || 600) / ROW) + 2 * BEYOND;
    const rows = this.places.slice(first, first + count).map((place, at) => this.row(place, first + at));
    this.space.replaceChildren(...rows);
    const active = document.getElementById(`row-${this.current}`);
    if (active) this.box.setAttribute("aria-activedescendant", active.id);
    else this.box.removeAttribute("aria-activedescendant");
  }

  row(place, row) {
    const { set } = this;
    const states = set.states.map((each) => each[place]).filter((each) => each !== NOT_ASKED);
    const snippet = this.snippets?.[place] ?? "";
    const right = states.filter((each) => each === "r").length;
    const dots = states.slice(0, 40).map((each) => element("i", { class: dotClass(each) }));
    return element(
      "div",
      { class: "row", id: `row-${row}`, role: "option", "aria-selected": String(row === this.current), "aria-setsize": String(this.places.length), "aria-posinset": String(row + 1), style: { top: `${row * ROW}px` }, on: { click: () => this.choose(row) } },
      element("span", { class: "row-head" }, element("b", {}, set.ids[place]), element("span", { class: "dots", "aria-hidden": "true" }, dots), element("span", { class: "quiet" }, `${right} of ${states.length} right`)),
      element("span", { class: "snippet", ...written(snippet) }, snippet),
    );
  }
}
