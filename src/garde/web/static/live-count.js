// Reads aloud, once, that the list has grown. htmx asks; nothing moves until the person says so.
class LiveCount extends HTMLElement {
  connectedCallback() {
    this.addEventListener("htmx:afterSwap", () => {
      const words = this.textContent.trim();
      const live = document.querySelector(".live");
      if (words && live.textContent !== words) live.textContent = words;
    });
  }
}
customElements.define("live-count", LiveCount);
