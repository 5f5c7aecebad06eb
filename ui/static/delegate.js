// Runs once for a component of the page. A click on anything inside it that names an
// event, now or after any update, becomes that event of the component, with its data.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-event]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  trigger(button.dataset.event, { ...button.dataset });
});
// The page itself may open a place: an address that names one does.
if (element.closest("#articles")) {
  window.addEventListener("footnote:open", (event) => trigger("select", event.detail));
  window.addEventListener("footnote:changed", () => trigger("load"));
}
