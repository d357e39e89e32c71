// Counts ticked rows, and folds the form about them away while there are none.
class SelectRows extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector(".bulk");
    if (!this.form) return;
    this.addEventListener("change", () => this.count());
    this.count();
  }

  count() {
    const ticked = this.querySelectorAll(".tick input:checked").length;
    this.form.hidden = ticked === 0;
    const said = this.form.querySelector(".ticked");
    if (said) said.textContent = ticked ? this.dataset.words.replace("{n}", ticked) : "";
  }
}
customElements.define("select-rows", SelectRows);
