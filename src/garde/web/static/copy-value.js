// Adds a button that copies what the element holds.
class CopyValue extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard || this.querySelector("button")) return;
    const button = document.createElement("button");
    const french = document.documentElement.lang === "fr";
    const value = this.textContent.trim();
    button.type = "button";
    button.textContent = french ? "copier" : "copy";
    button.setAttribute("aria-label", `${button.textContent} ${value}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(value);
      document.querySelector(".live").textContent = french ? "Copié" : "Copied";
    });
    this.append(button);
  }
}
customElements.define("copy-value", CopyValue);
