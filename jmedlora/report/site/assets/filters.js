// Which questions of a set the explorer lists.

const STATES = {
  r: "right", w: "wrong", p: "partly right", u: "not read", c: "cut off", "-": "no answer", "?": "not judged",
};
const NOT_ASKED = "n"; // of a model that did not get the question: it is neither right nor wrong
const FIELDS = [["year", "years", "Year"], ["section", "sections", "Section"], ["category", "categories", "Category"], ["difficulty", "difficulties", "Human candidates"]];
const plain = (text) => text.normalize("NFKC").toLowerCase();

/** The places of the questions that pass all of chosen. haystack: a text a question, in plain() form. */
function passing(set, chosen, haystack) {
  const wanted = plain(chosen.search ?? "").split(/\s+/u).filter(Boolean);
  const state = (model, place) => set.states[model][place];
  const has = (place) => {
    const model = chosen.model === "" || chosen.model === undefined ? null : Number(chosen.model);
    if (model !== null) return state(model, place) === chosen.state;
    return set.states.some((each) => each[place] === chosen.state);
  };
  return set.ids.map((_, place) => place).filter((place) =>
    FIELDS.every(([name, column]) => !chosen[name] || set[column][place] === chosen[name])
    && (!chosen.state || has(place))
    && (!chosen.right || state(Number(chosen.right), place) === "r")
    && (!chosen.wrong || "wuc-".includes(state(Number(chosen.wrong), place)))
    && (!chosen.found || set.found[place] === "1")
    && wanted.every((word) => haystack[place].includes(word)));
}

/** Two fields that are read as one sentence. */
const pair = (one, two) => element("div", { class: "wide pair" }, one.field, two.field);

/** The fields of a set's filters, as elements; change is called with all that was chosen. */
function filterFields(set, change) {
  const chosen = {};
  const pick = (name) => (value) => { chosen[name] = value; change(chosen); };
  const models = set.models.map((name, place) => [String(place), name]);
  const fields = [];
  for (const [name, column, label] of FIELDS) {
    const values = [...new Set(set[column])].filter(Boolean).sort();
    if (values.length > 1) fields.push(labelledSelect(label, [["", "all"], ...values.map((each) => [each, each])], pick(name)).field);
  }
  const present = Object.entries(STATES).filter(([state]) => set.states.some((each) => each.includes(state)));
  if (present.length > 1) {
    fields.push(pair(labelledSelect("An answer is", [["", "anything"], ...present], pick("state")), labelledSelect("by", [["", "any model"], ...models], pick("model"))));
  }
  if (models.length > 1) {
    fields.push(pair(labelledSelect("Right by", [["", "–"], ...models], pick("right")), labelledSelect("and wrong by", [["", "–"], ...models], pick("wrong"))));
  }
  if (set.found.includes("1")) {
    fields.push(labelledSelect("In the training text", [["", "all"], ["1", "found"]], pick("found")).field);
  }
  const search = element("input", { type: "search", id: "search", placeholder: "words in questions and answers", autocomplete: "off" });
  search.addEventListener("input", () => pick("search")(search.value));
  return [element("label", { class: "field wide" }, element("span", {}, "Search"), search), ...fields];
}
