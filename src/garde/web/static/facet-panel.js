// Remembers which groups of filters a person closed, within this tab.
class FacetPanel extends HTMLElement {
  connectedCallback() {
    const details = this.querySelector("details");
    if (!details) return;
    const name = `facet:${details.querySelector("summary").textContent}`;
    if (sessionStorage.getItem(name) === "closed") details.open = false;
    details.addEventListener("toggle", () => {
      sessionStorage.setItem(name, details.open ? "open" : "closed");
    });
  }
}
customElements.define("facet-panel", FacetPanel);
