// One question with all models' answers side by side.

const LONG = 700; // characters from which on an answer is folded
const stateClass = (state) => `badge state-${state === "-" ? "none" : state === "?" ? "open" : state}`;

function answerText(text) {
  const holder = element("div", { class: "answer", ...written(text) }, text || "(no text)");
  if (text.length <= LONG) return holder;
  holder.classList.add("long");
  const more = element("button", { type: "button", class: "more", "aria-expanded": "false" }, `Show all ${text.length.toLocaleString("en")} characters`);
  more.addEventListener("click", () => {
    const open = holder.classList.toggle("open");
    more.setAttribute("aria-expanded", String(open));
    more.textContent = open ? "Show less" : `Show all ${text.length.toLocaleString("en")} characters`;
  });
  return element("div", {}, holder, more);
}

function answerCard(set, texts, place, model) {
  const state = set.states[model][place];
  const chosen = set.chosen[model][place];
  const head = element("h4", {}, set.models[model]);
  const line = element("p", { class: "told" }, element("span", { class: stateClass(state) }, STATES[state]), chosen ? ` chose ${chosen}` : "");
  const card = element("article", { class: "card" }, head, line);
  if (!texts) return card;
  const [answer, thinking] = texts.answers[model];
  if (texts.scoreNames[model].length) {
    const told = texts.scoreNames[model].map((name, at) => `${name} ${texts.scores[model][at]}`).join(" · ");
    card.append(element("p", { class: "quiet small" }, told));
  }
  if (thinking) {
    card.append(element("details", {}, element("summary", {}, `Thinking, ${thinking.length.toLocaleString("en")} characters`), element("div", { class: "answer", ...written(thinking) }, thinking)));
  }
  card.append(answerText(answer));
  return card;
}

function choiceList(set, texts, place) {
  const gold = set.gold[place].split(/,\s*|\s+or\s+/u);
  const rows = texts.choices.map((text, at) => {
    const label = String.fromCharCode(97 + at);
    const takers = set.chosen.filter((each) => each[place].split(", ").includes(label)).length;
    const right = gold.includes(label);
    return element("li", { class: right ? "gold" : "" }, element("b", {}, `${label} `), element("span", written(text), text),
      right ? element("span", { class: "badge state-r" }, "correct") : null, takers ? element("span", { class: "quiet" }, ` chosen by ${takers}`) : null);
  });
  return element("ol", { class: "choices" }, rows);
}

function questionFacts(set, place) {
  const candidates = set.candidates[place] === null ? "" : `${set.candidates[place]} % of human candidates were right`;
  const found = set.found[place] === "1" ? "found in the training text" : "";
  const year = set.years[place] && set.years[place] !== "0" ? set.years[place] : "";
  const section = set.sections[place] ? `section ${set.sections[place]}` : "";
  return [year, section, set.categories[place], candidates, found].filter(Boolean).join(" · ");
}

function questionDetail(set, texts, place, link) {
  const gold = set.gold[place];
  const parts = [
    element("h3", {}, set.ids[place], " ", element("a", { href: link, class: "permalink" }, "link to this question")),
    element("p", { class: "quiet" }, questionFacts(set, place)),
  ];
  if (texts) {
    parts.push(element("div", { class: "stem", ...written(texts.question) }, texts.question));
    if (texts.choices.length) parts.push(choiceList(set, texts, place));
  }
  if (gold && (!texts || !texts.choices.length)) parts.push(element("p", {}, "Correct: ", element("b", {}, gold)));
  const asked = set.models.map((_, model) => model).filter((model) => set.states[model][place] !== NOT_ASKED);
  const cards = asked.map((model) => answerCard(set, texts, place, model));
  return [...parts, element("div", { class: "cards" }, cards)];
}
