// The explorer: filters, the list of questions, and the question that is open.

const EXPLORER = "questions";
const KEYS = "Keys: j for the next question, k for the one before, / for the search. In the list, the arrows work too.";

class Explorer {
  constructor(root, index) {
    this.index = index;
    this.texts = new Map(); // by the place of a set
    this.list = new QuestionList((place) => this.open(place));
    this.filters = element("form", { class: "filters", on: { submit: (event) => event.preventDefault() } });
    this.count = element("p", { class: "quiet", role: "status" });
    this.detail = element("div", { class: "detail", tabindex: "-1" });
    const picker = labelledSelect("Exam", index.sets.map((set, place) => [String(place), set.title]), (value) => this.use(Number(value)));
    this.picker = picker.select;
    const fold = element("details", { class: "filter-fold", open: WIDE.matches }, element("summary", {}, "Filters and search"), picker.field, this.filters);
    root.append(element("div", { class: "explorer" }, element("div", { class: "side" }, fold, this.count, stateKey(), this.list.box, element("p", { class: "quiet small" }, KEYS)), this.detail));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  get set() {
    return this.index.sets[this.place];
  }

  key(event) {
    const typing = event.target.closest?.("input, select, textarea");
    if (!this.detail.offsetParent || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") this.list.move(1);
    else if (event.key === "k") this.list.move(-1);
    else if (event.key === "/") {
      event.preventDefault();
      document.getElementById("search").closest("details").open = true;
      document.getElementById("search").focus();
    }
  }

  /** The texts of the set at place; null where the page holds none. */
  textsOf(place) {
    if (!this.index.withTexts) return null;
    if (!this.texts.has(place)) {
      const set = this.index.sets[place];
      this.texts.set(place, new Texts(set, place, this.index.partOfQuestions, () => this.arrived(place)));
    }
    return this.texts.get(place);
  }

  /** Shows the set at place, and the question called id, or the first one. */
  async use(place, id) {
    if (this.place !== place) {
      this.place = place;
      this.picker.value = String(place);
      this.shown = this.textsOf(place);
      this.haystack = this.shown?.haystack ?? this.set.ids.map(plain);
      this.opened = undefined;
      this.clear();
    }
    const wanted = this.set.ids.indexOf(id);
    if (wanted >= 0 && !this.list.places.includes(wanted)) this.clear(); // a link shows its question
    this.list.choose(Math.max(this.list.places.indexOf(wanted), 0));
    await this.shown?.load(Math.max(wanted, 0));
    this.shown?.loadAll();
  }

  /** More texts of the set at place are there: for the list, and for a search. */
  arrived(place) {
    if (this.place !== place) return;
    if (this.chosen.search) this.filter(this.chosen);
    else this.list.draw();
  }

  /** Fields in which nothing is chosen yet, and all questions. */
  clear() {
    const fields = filterFields(this.set, (chosen) => this.filter(chosen));
    const button = element("button", { type: "button", class: "plain", on: { click: () => this.clear() } }, "Clear filters");
    this.filters.replaceChildren(...fields, button);
    this.filter({});
  }

  filter(chosen) {
    this.chosen = chosen;
    const places = passing(this.set, chosen, this.haystack);
    this.list.show(this.set, places, this.shown?.snippets);
    const all = this.set.ids.length;
    const soFar = chosen.search && this.shown && !this.shown.isWhole ? ", still reading" : "";
    this.count.textContent = (places.length === all ? many(all, "question") : `${places.length.toLocaleString("en")} of ${many(all, "question")}`) + soFar;
    if (!places.length) this.none();
    else if (!places.includes(this.opened)) this.open(places[this.list.current]);
  }

  none() {
    this.opened = undefined;
    this.detail.replaceChildren(element("p", { class: "quiet" }, "No question passes these filters."));
  }

  /** Says which part of a link this page does not hold, in place of another question. */
  missing(told, link) {
    this.opened = undefined;
    history.replaceState(null, "", link);
    this.detail.replaceChildren(element("p", { class: "problem", role: "alert" }, `${told} Choose one from the list.`));
  }

  open(place) {
    this.opened = place;
    const { shown } = this;
    if (!shown || shown.of(place)) this.draw(place);
    else shown.load(place).then(() => this.shown === shown && this.opened === place && this.draw(place));
  }

  draw(place) {
    const link = `#${EXPLORER}/${encodeURIComponent(this.set.key)}/${encodeURIComponent(this.set.ids[place])}`;
    this.detail.replaceChildren(...questionDetail(this.set, this.shown?.of(place) ?? null, place, link));
    this.detail.scrollTop = 0;
    if (this.detail.offsetParent) history.replaceState(null, "", link); // not from behind another view
  }

  /** Shows what a link names; the first set without one. */
  async follow([key, id]) {
    const link = location.hash;
    const place = this.index.sets.findIndex((set) => set.key === key || set.keys?.includes(key));
    await this.use(place < 0 ? this.place ?? 0 : place, id);
    if (key && place < 0) this.missing(`This page has no questions called ${key}.`, link);
    else if (id && !this.set.ids.includes(id)) this.missing(`${this.set.title} has no question ${id} on this page.`, link);
  }
}

VIEWS.push({
  id: EXPLORER,
  title: "Questions",
  has: (index) => index.sets.length,
  draw: (root, index) => {
    const explorer = new Explorer(root, index);
    return (parts) => explorer.follow(parts);
  },
});
