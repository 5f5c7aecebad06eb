// Conversations, kept in this browser alone: one entry of its storage for each. What is kept
// is data; the server renders it anew, and the list is written here as text.
const PREFIX = "footnote:conversation:";
const MOST = 30;
const MOST_CHARACTERS = 1_500_000;
const list = element.querySelector("#kept");
const switcher = element.querySelector("#switch");
const newest = () => document.querySelector("#newest");
let current = sessionStorage.getItem("footnote:current") ?? makeId();
sessionStorage.setItem("footnote:current", current);
let left = null; // the turn of the conversation before, which shows until the next one arrives
let replaced = null; // the place of the question that was edited

function makeId() {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

function read(id) {
  try {
    const kept = JSON.parse(localStorage.getItem(PREFIX + id));
    if (Array.isArray(kept?.turns) && kept.turns.length) return kept;
  } catch {
    // What cannot be read is not there.
  }
  return null;
}

function all() {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => [key.slice(PREFIX.length), read(key.slice(PREFIX.length))])
    .filter(([, kept]) => kept)
    .sort(([, a], [, b]) => (Number(b.time) || 0) - (Number(a.time) || 0));
}

function write(id, kept) {
  const others = all().filter(([other]) => other !== id);
  for (const [other] of others.splice(MOST - 1)) localStorage.removeItem(PREFIX + other);
  let text = JSON.stringify(kept);
  while (text.length > MOST_CHARACTERS && kept.turns.length > 1) {
    kept.turns.shift();
    text = JSON.stringify(kept);
  }
  for (;;) {
    try {
      localStorage.setItem(PREFIX + id, text);
      break;
    } catch {
      // Full: the oldest conversation makes room, or this one is not kept.
      if (!others.length) break;
      localStorage.removeItem(PREFIX + others.pop()[0]);
    }
  }
  show();
}

function titleOf(kept) {
  const title = kept?.title || kept?.turns?.[0]?.question || "New conversation";
  return String(title).slice(0, 200);
}

function use(id) {
  left = newest()?.querySelector(".turn")?.dataset.kept ?? null;
  current = id;
  sessionStorage.setItem("footnote:current", id);
  window.dispatchEvent(new Event("footnote:conversation"));
  show();
}

// -- what the conversation does -----------------------------------------------------------

function keep() {
  const turn = newest()?.querySelector(".turn[data-kept]");
  if (!turn || turn.dataset.kept === left) return;
  const place = Number(turn.dataset.turn);
  const kept = read(current) ?? { turns: [] };
  const said = JSON.parse(turn.dataset.kept);
  const there = kept.turns[place];
  if (JSON.stringify(there) === JSON.stringify(said)) return;
  if (there && place !== replaced && there.question !== said.question) {
    // Another tab went on with it, or the server has forgotten this visit: nothing is lost.
    const turns = [...kept.turns, said];
    left = turn.dataset.kept;
    write(current, { ...kept, time: Date.now(), turns });
    trigger("apply", { kept: JSON.stringify(turns) });
    return;
  }
  replaced = null;
  write(current, { ...kept, time: Date.now(), turns: [...kept.turns.slice(0, place), said] });
}

function open(id) {
  const kept = read(id);
  use(id);
  trigger("apply", { kept: JSON.stringify(kept?.turns ?? []) });
  toggle(false);
}

function begin() {
  use(makeId());
  trigger("clear");
  toggle(false);
  document.querySelector("#question textarea").focus();
}

// -- the list -----------------------------------------------------------------------------

function toggle(isOpen) {
  list.hidden = !isOpen;
  switcher.setAttribute("aria-expanded", String(isOpen));
}

function button(text, name, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.className = name;
  made.addEventListener("click", act);
  return made;
}

function show() {
  const kept = all();
  element.querySelector(".current").textContent = titleOf(read(current));
  switcher.hidden = kept.length === 0;
  list.querySelector("ul").replaceChildren(...kept.map(([id, one]) => entry(id, one)));
}

function entry(id, kept) {
  const title = titleOf(kept);
  const item = document.createElement("li");
  const opens = button(title, "open", () => open(id));
  opens.dir = "auto";
  if (id === current) opens.setAttribute("aria-current", "true");
  const renames = button("Rename", "tool", () => {
    const field = nameField(id, kept);
    item.replaceChildren(field);
    field.focus();
    field.select();
  });
  renames.setAttribute("aria-label", `Rename: ${title}`);
  const deletes = button("Delete", "tool", () => {
    if (deletes.dataset.sure) return forget(id);
    deletes.dataset.sure = "true";
    deletes.textContent = "Delete?";
    deletes.setAttribute("aria-label", `Delete for good: ${title}`);
  });
  deletes.setAttribute("aria-label", `Delete: ${title}`);
  item.append(opens, renames, deletes);
  return item;
}

function nameField(id, kept) {
  const field = document.createElement("input");
  field.value = titleOf(kept);
  field.maxLength = 200;
  field.dir = "auto";
  field.setAttribute("aria-label", "Name of the conversation");
  let isDone = false;
  const done = (name) => {
    if (isDone) return;
    isDone = true;
    const now = read(id);
    if (name && now) write(id, { ...now, title: name });
    else show();
    switcher.focus();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // it would press the button that has the focus then
      done(field.value.trim());
    }
    if (event.key === "Escape") {
      event.stopPropagation();
      done("");
    }
  });
  field.addEventListener("blur", () => done(field.value.trim()));
  return field;
}

function forget(id) {
  localStorage.removeItem(PREFIX + id);
  if (id === current) begin();
  show();
  switcher.focus();
}

// -- beginning ----------------------------------------------------------------------------

switcher.addEventListener("click", () => toggle(list.hidden));
element.querySelector("#new").addEventListener("click", begin);
element.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || list.hidden) return;
  toggle(false);
  switcher.focus();
});
document.addEventListener("click", (event) => {
  if (event.target.isConnected && !element.contains(event.target)) toggle(false);
});
window.addEventListener("storage", show);
window.addEventListener("footnote:replaces", (event) => {
  replaced = event.detail;
});

// The page is whole: what is kept of this tab, or else the newest, is shown again.
window.addEventListener("footnote:ready", () => {
  new MutationObserver(keep).observe(newest(), { childList: true, subtree: true });
  const wanted = new URLSearchParams(location.search);
  const last = read(current) ? current : all()[0]?.[0];
  if (wanted.has("q")) use(makeId());
  else if (last) open(last);
  show();
});
