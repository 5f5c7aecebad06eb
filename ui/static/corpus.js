// The tab of articles: searching, choosing what is asked, and adding and removing files.
const list = () => document.querySelector("#corpus-list");
const query = element.querySelector("[name=query]");
const narrow = element.querySelector("[name=narrow]");
const restrict = element.querySelector(".restrict");
const drop = element.querySelector(".drop");
let isLoaded = false;

function load() {
  isLoaded = true;
  trigger("load");
}

window.addEventListener("footnote:panel", (event) => {
  if (event.detail === "corpus" && !isLoaded) load();
});
window.addEventListener("footnote:ready", () => {
  if (document.body.dataset.panel === "corpus" && !isLoaded) load();
  new MutationObserver(() => {
    showChosen();
    showNarrowed();
  }).observe(list(), { childList: true, subtree: true });
  list().addEventListener("change", showChosen);
  list().addEventListener("click", (event) => {
    const button = event.target.closest(".remove");
    if (button) remove(button);
  });
});

// -- searching and choosing ---------------------------------------------------------------

function search() {
  const exact = element.querySelector("[name=exact]").checked;
  if (query.value.trim()) trigger("submit", { query: query.value, exact });
}

function chosen() {
  return [...list().querySelectorAll(".choose:checked")].map((box) => box.value);
}

function showChosen() {
  const number = chosen().length;
  restrict.disabled = number === 0;
  restrict.textContent = number
    ? `Ask only the ${number === 1 ? "one" : number} chosen`
    : "Ask only the chosen articles";
}

function showNarrowed() {
  const wanted = narrow.value.trim().toLowerCase();
  for (const row of list().querySelectorAll("tbody tr")) {
    row.hidden = !row.querySelector("th").textContent.toLowerCase().includes(wanted);
  }
}

element.querySelector(".go").addEventListener("click", search);
query.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) search();
});
narrow.addEventListener("input", showNarrowed);
restrict.addEventListener("click", () => {
  trigger("change", { files: JSON.stringify(chosen()) });
  window.dispatchEvent(new CustomEvent("footnote:show-panel", { detail: "chat" }));
  document.querySelector("#question textarea").focus();
});

// -- adding and removing --------------------------------------------------------------------

const waiting = [];
let isSending = false;
let isWatching = false;

function report(name) {
  const item = document.createElement("li");
  const label = document.createElement("bdi");
  label.textContent = name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Sending ${name}`);
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  item.append(label, " ", bar, " ", said);
  drop.querySelector(".sent").append(item);
  return {
    sent: (share) => {
      bar.value = share;
    },
    done: (text, isWrong) => {
      bar.remove();
      item.classList.toggle("is-wrong", isWrong);
      said.textContent = text;
    },
  };
}

function refusal(file) {
  const suffixes = drop.dataset.suffixes.split(" ");
  if (!suffixes.some((suffix) => file.name.toLowerCase().endsWith(suffix))) {
    return `Not of a kind that is accepted: ${suffixes.join(", ")}.`;
  }
  if (file.size > Number(drop.dataset.most)) {
    return `Larger than ${Number(drop.dataset.most) / 1e6} MB: split it, or add its text alone.`;
  }
  return file.size ? "" : "Empty, or a folder: add files.";
}

function send(file) {
  const line = report(file.name);
  const wrong = refusal(file);
  if (wrong) {
    line.done(wrong, true);
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/uploads?name=${encodeURIComponent(file.name)}`);
    request.upload.addEventListener("progress", (event) => line.sent(event.loaded / event.total));
    request.addEventListener("load", () => {
      if (request.status === 201) line.done("Added.", false);
      else line.done(said(request.responseText), true);
    });
    request.addEventListener("error", () => line.done("Not sent: try again.", true));
    request.addEventListener("loadend", resolve);
    request.send(file);
  });
}

function said(text) {
  try {
    const answer = JSON.parse(text);
    return `Refused: ${answer.error} (${answer.fix}).`;
  } catch {
    return "Refused.";
  }
}

async function add(files) {
  waiting.push(...files);
  if (isSending) return;
  isSending = true;
  while (waiting.length) {
    await send(waiting.shift());
    watch();
  }
  isSending = false;
}

async function remove(button) {
  if (!button.dataset.sure) {
    button.dataset.sure = "true";
    button.textContent = "Remove for good?";
    return;
  }
  button.disabled = true;
  const line = report(button.dataset.file);
  const answer = await fetch(`/uploads?name=${encodeURIComponent(button.dataset.file)}`, {
    method: "DELETE",
  });
  if (answer.ok) line.done("Removed.", false);
  else line.done(said(await answer.text()), true);
  watch();
}

// How far the indexing has come, until it is done.
async function watch() {
  if (isWatching) return;
  isWatching = true;
  const box = drop.querySelector(".indexing");
  const bar = box.querySelector("progress");
  const text = box.querySelector("span");
  box.hidden = false;
  let state;
  do {
    await new Promise((resolve) => setTimeout(resolve, 400));
    state = await (await fetch("/uploads")).json();
    if (state.total) {
      bar.max = state.total;
      bar.value = state.done;
    } else {
      bar.removeAttribute("value");
    }
    text.textContent = state.running ? `Indexing: ${state.what || "beginning"}…` : "";
  } while (state.running || isSending);
  bar.max = 1;
  bar.value = 1;
  const left = state.skipped.map((one) => one.reason).join("; ");
  text.textContent = state.error || `Indexed: ${state.summary}.${left ? ` Left out: ${left}.` : ""}`;
  box.classList.toggle("is-wrong", Boolean(state.error));
  isWatching = false;
  load();
  window.dispatchEvent(new Event("footnote:changed"));
}

if (drop) {
  const field = drop.querySelector("input");
  field.addEventListener("change", () => {
    add(field.files);
    field.value = "";
  });
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("is-over", name === "dragenter" || name === "dragover");
      if (name === "drop") add(event.dataTransfer.files);
    });
  }
}
