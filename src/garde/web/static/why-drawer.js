// Shows a Why page inside a dialog once htmx has put it there. Without htmx, or without scripts, its link opens the page.
class WhyDrawer extends HTMLElement {
  connectedCallback() {
    const dialog = this.querySelector("dialog");
    this.addEventListener("htmx:afterSwap", () => {
      if (!dialog.open) dialog.showModal();
      dialog.scrollTop = 0;
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest('a[href*="#actions"]')) dialog.close();
    });
  }
}
customElements.define("why-drawer", WhyDrawer);
