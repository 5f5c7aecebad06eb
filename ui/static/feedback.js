// The form that asks what an answer should have cited. While it is open, a click on a
// paragraph of the open article fills it in.
const form = () => element.querySelector(".feedback");
const field = (name) => form().querySelector(`[name=${name}]`);
let opener = null;

function send() {
  trigger("submit", {
    turn: form().dataset.turn,
    file: field("file").value,
    paragraph: field("paragraph").value,
    words: field("words").value,
    unanswerable: field("unanswerable").checked,
  });
}

function close() {
  trigger("clear");
  opener?.focus();
}

element.addEventListener("click", (event) => {
  if (event.target.closest(".send")) send();
  else if (event.target.closest(".cancel")) close();
});
element.addEventListener("keydown", (event) => {
  if (!form()) return;
  if (event.key === "Escape") close();
  if (event.key === "Enter" && event.target.matches("input")) send();
});
document.addEventListener("click", (event) => {
  const thumb = event.target.closest(".thumb");
  if (thumb) {
    opener = thumb;
    for (const one of thumb.parentElement.children) {
      one.setAttribute("aria-pressed", String(one === thumb));
    }
  }
  const paragraph = form() && event.target.closest("#source .paragraph");
  if (paragraph) {
    field("file").value = paragraph.closest("[data-file]").dataset.file;
    field("paragraph").value = paragraph.dataset.paragraph;
    field("unanswerable").checked = false;
  }
});
new MutationObserver(() => form()?.querySelector("h3").focus()).observe(element, {
  childList: true,
  subtree: true,
});
