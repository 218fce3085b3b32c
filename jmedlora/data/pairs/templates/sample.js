const cards = [...document.querySelectorAll("fieldset")];
const chosen = () => Object.fromEntries(cards.map(card => [card.dataset.key,
  (card.querySelector("input:checked") || {}).value]).filter(each => each[1]));
const count = () => { document.getElementById("count").textContent = Object.keys(chosen()).length; };
document.addEventListener("change", count);
document.getElementById("save").addEventListener("click", () => {
  const reviewer = document.getElementById("reviewer").value.trim();
  const saved = new Date().toISOString().slice(0, 19) + "+00:00";
  const sample = JSON.parse(document.body.dataset.sample);
  const text = JSON.stringify({...sample, reviewer, saved, verdicts: chosen()}, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], {type: "application/json"}));
  link.download = "verdicts.json";
  link.click();
});
count();
