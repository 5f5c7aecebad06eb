// The articles that a conversation is asked of, kept in this browser beside it.
const PREFIX = "footnote:files:";
const CONVERSATION = "footnote:conversation:";
const current = () => sessionStorage.getItem("footnote:current");
let isRestoring = false;
let isReady = false;

function restore() {
  for (const key of Object.keys(localStorage)) {
    const id = key.startsWith(PREFIX) && key.slice(PREFIX.length);
    if (id && id !== current() && !localStorage.getItem(CONVERSATION + id)) {
      localStorage.removeItem(key);
    }
  }
  const files = localStorage.getItem(PREFIX + current());
  if (!files && !element.querySelector(".only")) return;
  isRestoring = true;
  trigger("apply", { files: files ?? "[]" });
}

// What the chip says is what is kept; nothing is forgotten before the chip was asked for.
function keep() {
  const chip = element.querySelector(".only");
  if (chip) localStorage.setItem(PREFIX + current(), chip.dataset.files);
  else if (isReady && !isRestoring) localStorage.removeItem(PREFIX + current());
  isRestoring = false;
}

element.addEventListener("click", (event) => {
  if (!event.target.closest(".all")) return;
  localStorage.removeItem(PREFIX + current());
  trigger("apply", { files: "[]" });
  document.querySelector("#question textarea").focus();
});
window.addEventListener("footnote:conversation", restore);
window.addEventListener("footnote:ready", () => {
  isReady = true;
});
new MutationObserver(keep).observe(element, { childList: true, subtree: true });
