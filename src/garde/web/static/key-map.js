// Keys: / search, g then a letter to go, j and k over rows, Enter opens, w why, ? the list. Can be switched off.
const off = document.getElementById("keys-off");
const help = document.getElementById("keys");
let waiting = "";
let row = -1;

const rows = () => [...document.querySelectorAll("[data-row]")];
const link = (selector) => rows()[row]?.querySelector(selector);

function choose(step) {
  const all = rows();
  if (!all.length) return;
  all[row]?.classList.remove("on");
  row = Math.min(Math.max(row + step, 0), all.length - 1);
  all[row].classList.add("on");
  all[row].querySelector("a")?.focus();
}

off.checked = localStorage.getItem("keys") === "off";
off.addEventListener("change", () => localStorage.setItem("keys", off.checked ? "off" : "on"));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  if (off.checked && event.key !== "?") return;
  const key = waiting ? `${waiting} ${event.key}` : event.key;
  waiting = "";
  const place = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (event.key === "g" && key === "g") waiting = "g";
  else if (place?.matches("a")) place.click();
  else if (place) place.focus();
  else if (key === "j") choose(1);
  else if (key === "k") choose(-1);
  else if (key === "w") (link("[data-why]") ?? document.querySelector("[data-why]"))?.click();
  else if (key === "?") help.showModal();
  else return;
  event.preventDefault();
});
