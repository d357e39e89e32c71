// Opens a Why page inside a dialog. The page itself is the same, and stays where scripts are off.
const drawer = document.getElementById("why");
let opener = null;

async function show(address) {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const body = page.getElementById("why-body");
  if (!body) return location.assign(address);
  for (const anchor of body.querySelectorAll("a[href]")) anchor.href = new URL(anchor.getAttribute("href"), new URL(address, location));
  const close = document.createElement("form");
  close.method = "dialog";
  const button = document.createElement("button");
  button.textContent = document.documentElement.lang === "fr" ? "Fermer" : "Close";
  close.append(button);
  drawer.replaceChildren(body, close);
  if (!drawer.open) drawer.showModal();
}

document.addEventListener("click", (event) => {
  const anchor = event.target.closest("a[data-why]");
  if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (!drawer.open) opener = anchor;
  show(anchor.href);
});
drawer.addEventListener("close", () => opener?.focus());
