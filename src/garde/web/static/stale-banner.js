// Shows its banner once the page is older than it should be: a wall that nobody feeds must not look alive.
class StaleBanner extends HTMLElement {
  connectedCallback() {
    setTimeout(() => {
      this.querySelector(".stale").hidden = false;
    }, Number(this.dataset.after) * 1000);
  }
}
customElements.define("stale-banner", StaleBanner);
