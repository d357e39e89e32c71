// Adds a button that copies the element's value. Its words come with the page, in the page's language.
class CopyValue extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard || this.querySelector("button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = this.dataset.copy;
    button.setAttribute("aria-label", `${this.dataset.copy} ${this.dataset.value}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.dataset.value);
      document.querySelector(".live").textContent = this.dataset.copied;
      button.textContent = this.dataset.copied;
    });
    this.append(" ", button);
  }
}
customElements.define("copy-value", CopyValue);
