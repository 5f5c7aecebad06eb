// Runs once for a component of the page. A click on anything inside it that names an
// event, now or after any update, becomes that event of the component, with its data.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-event]");
  if (button) trigger(button.dataset.event, { ...button.dataset });
});
