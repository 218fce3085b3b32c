// Reads the data, and shows the view that the address names.

const shownViews = new Map(); // by id: its section, and what to call with the rest of the address

function addressParts() {
  return location.hash.slice(1).split("/").map((each) => {
    try {
      return decodeURIComponent(each);
    } catch {
      return each; // a % of someone's own
    }
  });
}

function show(index, views) {
  const [id, ...rest] = addressParts();
  const view = views.find((each) => each.id === id) ?? views[0];
  if (!shownViews.has(view.id)) {
    const root = element("section", { class: `view view-${view.id}`, "aria-labelledby": `title-${view.id}` }, element("h2", { id: `title-${view.id}` }, view.title));
    document.getElementById("main").append(root);
    const body = element("div");
    root.append(body);
    shownViews.set(view.id, { root, follow: view.draw(body, index) });
  }
  for (const [name, each] of shownViews) each.root.hidden = name !== view.id;
  drawVisible();
  for (const link of document.querySelectorAll("#views a")) {
    if (link.dataset.view === view.id) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  return shownViews.get(view.id).follow?.(rest);
}

function frameOf(index, views) {
  document.getElementById("views").append(...views.map((each) => element("a", { href: `#${each.id}`, "data-view": each.id }, each.title)));
  const main = document.getElementById("main");
  if (index.terms.length) {
    const [first, ...others] = index.terms;
    const list = element("ul", {}, others.map((each) => element("li", {}, each)));
    const fold = element("details", { open: WIDE.matches }, element("summary", {}, element("strong", {}, first)), list);
    main.append(element("aside", { class: "terms", "aria-label": "Terms" }, others.length ? fold : element("strong", {}, first)));
  }
  main.append(folded("Not shown on this page", index.notes) ?? "");
  document.getElementById("about").append(element("p", {}, `Made by jmed-report site, jmedlora ${index.version}. Nothing on this page was loaded from a network, and nothing leaves it. Charts: Vega and Vega-Lite.`));
}

/** Folds the terms away when the reader leaves the first view, on top of which they were open. */
function foldTerms() {
  document.querySelector(".terms details")?.removeAttribute("open");
}

async function start() {
  const status = document.getElementById("status");
  if (!canUnpack()) {
    status.className = "problem";
    status.textContent = TOO_OLD;
    return;
  }
  const index = await unpacked("index");
  status.remove();
  const views = VIEWS.filter((each) => each.has(index));
  frameOf(index, views);
  await show(index, views);
  window.addEventListener("hashchange", () => {
    foldTerms();
    show(index, views);
  });
  document.documentElement.dataset.ready = "yes";
}

start();
