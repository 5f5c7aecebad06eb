// The box a question is written in. Enter asks, Shift+Enter starts a new line; a question
// that is edited replaces its turn and those after it.
const field = element.querySelector("textarea");
const editing = element.querySelector(".editing");
let replaces = null;
let sent = 0; // when the last question went, until something comes of it
let before = ""; // how the newest turn was then
const PATIENCE = 3000; // ms
const DRAFT = "footnote:draft";

const newest = () => document.querySelector("#newest");
const stateOf = (turn) =>
  turn ? `${turn.dataset.turn} ${turn.className} ${turn.querySelector(".asked").textContent}` : "";
const shown = () => stateOf(newest().querySelector(".turn"));
const isPending = () => Boolean(newest().querySelector(".is-pending"));

function fit() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

function ask() {
  const question = field.value.trim();
  // The question stays in the box until it shows in the conversation.
  if (!question || isPending() || Date.now() - sent < PATIENCE) return;
  sent = Date.now();
  before = shown();
  window.dispatchEvent(new CustomEvent("footnote:replaces", { detail: replaces }));
  trigger("submit", replaces === null ? { question } : { question, replaces });
  edit(null);
}

function edit(turn) {
  replaces = turn;
  editing.hidden = turn === null;
  const later = turn === null ? 0 : document.querySelectorAll("#chat .turn").length - turn - 1;
  editing.querySelector("span").textContent =
    `Editing question ${Number(turn) + 1}` +
    (later > 0 ? `: the ${later === 1 ? "turn" : `${later} turns`} after it will be replaced.` : ".");
}

function write(text) {
  field.value = text;
  fit();
  field.focus();
}

element.querySelector("#ask").addEventListener("click", ask);
element.querySelector("#stop").addEventListener("click", () => {
  trigger("stop");
  field.focus();
});
element.querySelector(".cancel").addEventListener("click", () => {
  edit(null);
  write("");
});
field.addEventListener("input", fit);
field.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && replaces !== null) {
    edit(null);
    write("");
  }
  // While a word is being composed, Enter only ends the word.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("#chat .edit");
  if (!button || isPending()) return;
  edit(Number(button.dataset.turn));
  write(button.closest(".turn").querySelector(".asked").textContent);
});
window.addEventListener("footnote:conversation", () => edit(null));
window.addEventListener("footnote:ready", () => {
  // Gradio writes what is there anew when it takes a question: that is no answer yet.
  new MutationObserver(() => {
    if (shown() !== before) sent = 0;
  }).observe(newest(), { childList: true, subtree: true });
  // Where the connection was lost the page is loaded again once it is back: what was being
  // written is still there then.
  const draft = sessionStorage.getItem(DRAFT);
  if (draft && !field.value) {
    field.value = draft;
    fit();
  }
});
window.addEventListener("pagehide", () => {
  if (replaces === null && field.value.trim()) sessionStorage.setItem(DRAFT, field.value);
  else sessionStorage.removeItem(DRAFT);
});
// A link that asks is answered in quotations, so that it cannot spend anyone's key.
window.addEventListener("footnote:ask", (event) => {
  trigger("submit", { question: event.detail, linked: true });
});
