// Keys: / search, g then a letter to go, j and k over rows, x ticks, Enter opens, w why, e edits, n new, ? the list.
// A person may switch them off (WCAG 2.1.4).
class KeyMap extends HTMLElement {
  connectedCallback() {
    this.help = this.querySelector("dialog");
    this.off = this.querySelector("#keys-off");
    this.row = null;
    this.waiting = "";
    this.off.checked = localStorage.getItem("keys") === "off";
    this.off.addEventListener("change", () => localStorage.setItem("keys", this.off.checked ? "off" : "on"));
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
    if (this.off.checked && event.key !== "?") return;
    const key = this.waiting ? `${this.waiting} ${event.key}` : event.key;
    this.waiting = "";
    const place = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (key === "g") this.waiting = "g";
    else if (place?.matches("a, button, summary")) place.click();
    else if (place) place.focus();
    else if (key === "j") this.step(1);
    else if (key === "k") this.step(-1);
    else if (key === "x") this.row?.querySelector("input[type=checkbox]")?.click();
    else if (key === "w") (this.row?.querySelector("[data-why]") ?? document.querySelector("[data-why]"))?.click();
    else if (key === "?") this.help.showModal();
    else return;
    event.preventDefault();
  }

  step(by) {
    const rows = [...document.querySelectorAll("[data-row]")];
    if (!rows.length) return;
    this.row?.classList.remove("on");
    const at = rows.indexOf(this.row) + by;
    this.row = rows[Math.min(Math.max(at, 0), rows.length - 1)];
    this.row.classList.add("on");
    this.row.querySelector("a")?.focus();
  }
}
customElements.define("key-map", KeyMap);
