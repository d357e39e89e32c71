// Remembers which groups of filters a person opened or closed, within this tab.
class FacetPanel extends HTMLElement {
  connectedCallback() {
    const details = this.querySelector("details");
    if (!details) return;
    const name = `facet:${this.dataset.name}`;
    const known = sessionStorage.getItem(name);
    if (known) details.open = known === "open";
    details.addEventListener("toggle", () => {
      sessionStorage.setItem(name, details.open ? "open" : "closed");
    });
  }
}
customElements.define("facet-panel", FacetPanel);
