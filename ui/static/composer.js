// The box a question is written in. Enter asks, Shift+Enter starts a new line.
const field = element.querySelector("textarea");

function fit() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

function ask() {
  const question = field.value.trim();
  // The question stays in the box until it shows in the conversation.
  if (question && !document.querySelector("#chat .is-pending")) trigger("submit", { question });
}

element.querySelector("#ask").addEventListener("click", ask);
field.addEventListener("input", fit);
field.addEventListener("keydown", (event) => {
  // While a word is being composed, Enter only ends the word.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask();
});
