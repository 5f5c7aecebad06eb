// What the page does by itself, once it is there: it keeps the newest turn, and the words
// that a citation leads to, in view.
() => {
  const chat = document.querySelector("#chat");
  const source = document.querySelector("#source");
  const field = document.querySelector("#question textarea");
  const wide = window.matchMedia("(min-width: 900px)");
  let turns = 0;
  let wasPending = false;
  let opener = null;

  if (wide.matches) field.focus();

  // A turn is brought to the top when it begins, and again when its answer is whole.
  new MutationObserver(() => {
    const all = chat.querySelectorAll(".turn");
    const last = all[all.length - 1];
    const isPending = Boolean(last?.matches(".is-pending"));
    if (all.length > turns) takeFromField(last);
    if (last && (all.length > turns || wasPending !== isPending)) {
      last.scrollIntoView({ block: "start" });
    }
    turns = all.length;
    wasPending = isPending;
  }).observe(chat, { childList: true, subtree: true, attributes: true });

  function takeFromField(turn) {
    if (field.value.trim() !== turn.querySelector(".asked").textContent) return;
    field.value = "";
    field.dispatchEvent(new Event("input"));
  }

  // The article arrives in the page a moment after the event that says so.
  window.addEventListener("footnote:opened", () => {
    requestAnimationFrame(() => requestAnimationFrame(showSource));
  });

  function showSource() {
    document.body.classList.add("source-open");
    if (wide.matches) document.querySelector("#articles details")?.removeAttribute("open");
    const words = source.querySelector("mark") ?? source.querySelector(".is-cited");
    if (words) {
      const isLong = words.getBoundingClientRect().height > source.clientHeight / 2;
      words.scrollIntoView({ block: isLong ? "start" : "center" });
    } else {
      source.scrollTop = 0;
    }
    (source.querySelector("mark") ?? source.querySelector("h2"))?.focus({ preventScroll: true });
  }

  function closeSource() {
    document.body.classList.remove("source-open");
    (opener?.checkVisibility() ? opener : document.querySelector("#articles summary"))?.focus();
  }

  document.addEventListener("click", (event) => {
    opener = event.target.closest('[data-event="select"]') ?? opener;
    if (event.target.closest("#source .close")) closeSource();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && source.contains(document.activeElement)) closeSource();
  });
}
