// Counts ticked rows, and folds the form about them away while there are none.
class SelectRows extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector(".bulk");
    if (!this.form) return;
    this.addEventListener("change", () => this.count());
    this.count();
  }

  count() {
    const ticked = this.querySelectorAll("input[name=device]:checked").length;
    this.form.hidden = ticked === 0;
    this.form.querySelector(".ticked").textContent = ticked ? this.dataset.words.replace("{n}", ticked) : "";
  }
}
customElements.define("select-rows", SelectRows);
