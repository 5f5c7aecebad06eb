// What the page does by itself, once it is there: it keeps the newest turn, and the words
// that a citation leads to, in view; shows the quotation of a number that is pointed at;
// says aloud what has been answered; and follows an address that asks or opens something.
() => {
  const chat = document.querySelector("#chat");
  const newest = document.querySelector("#newest");
  const source = document.querySelector("#source");
  const field = document.querySelector("#question textarea");
  const wide = window.matchMedia("(min-width: 900px)");
  let shown = null;
  let wasPending = false;
  let opener = null;

  for (const [part, name] of [[chat, "Conversation"], [source, "Article"]]) {
    part.setAttribute("role", "region");
    part.setAttribute("aria-label", name);
    part.tabIndex = 0;
  }
  const live = document.createElement("div");
  live.className = "visually-hidden";
  live.id = "live";
  live.setAttribute("role", "status");
  live.setAttribute("aria-live", "polite");
  document.querySelector(".gradio-container main, .gradio-container").append(live);
  const say = (text) => {
    live.textContent = text;
  };

  if (wide.matches) field.focus();

  // -- the newest turn ----------------------------------------------------------------------
  // It is brought to the top when it begins, and again when its answer is whole.
  new MutationObserver(() => {
    const turn = newest.querySelector(".turn");
    const isPending = Boolean(turn?.matches(".is-pending"));
    const place = turn ? turn.dataset.turn + turn.querySelector(".asked").textContent : null;
    if (turn && (place !== shown || (wasPending && !isPending))) {
      takeFromField(turn); // also where the answer was there before the page could say "pending"
      turn.scrollIntoView({ block: "start" });
      if (isPending) say("Searching the articles");
      else if (wasPending) say(saidBy(turn));
    }
    shown = place;
    wasPending = isPending;
  }).observe(newest, { childList: true, subtree: true });

  function saidBy(turn) {
    const parts = turn.querySelectorAll(".claim, .prose, .remark, .refusal, .problem, .status");
    return `Answer: ${[...parts].map((part) => part.textContent).join(" ")}`;
  }

  function takeFromField(turn) {
    if (field.value.trim() !== turn.querySelector(".asked").textContent) return;
    field.value = "";
    field.dispatchEvent(new Event("input"));
  }

  // -- the article ----------------------------------------------------------------------------
  // It arrives in the page a moment after the event that says so.
  window.addEventListener("footnote:opened", () => {
    requestAnimationFrame(() => requestAnimationFrame(showSource));
  });

  function showSource() {
    document.body.classList.add("source-open");
    if (wide.matches) document.querySelector("#articles details")?.removeAttribute("open");
    const mark = source.querySelector("mark");
    const words = mark ?? source.querySelector(".is-cited");
    if (words) {
      const isLong = words.getBoundingClientRect().height > source.clientHeight / 2;
      words.scrollIntoView({ block: isLong ? "start" : "center" });
    } else {
      source.scrollTop = 0;
    }
    showCurrent();
    // Whoever goes from citation to citation stays on the button that does it.
    const step = opener?.matches(".step") && opener.getAttribute("aria-label");
    const again = step && source.querySelector(`.step[aria-label="${step}"]`);
    (again || mark || source.querySelector("h2"))?.focus({ preventScroll: true });
  }

  function showCurrent() {
    const words = source.querySelector(".article")?.dataset ?? {};
    for (const one of chat.querySelectorAll(".citation")) {
      const isOpen = one.dataset.turn === words.turn && one.dataset.number === words.number;
      if (isOpen) one.setAttribute("aria-current", "true");
      else one.removeAttribute("aria-current");
    }
  }

  function closeSource() {
    document.body.classList.remove("source-open");
    const back = opener?.checkVisibility() && opener.isConnected ? opener : null;
    (back ?? chat.querySelector(".citation[aria-current]") ?? field).focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.event === "select") opener = button;
    if (button.matches("#source .close")) closeSource();
    if (button.dataset.copy) copy(button, button.dataset.copy);
    if (button.dataset.link) copy(button, location.origin + location.pathname + button.dataset.link);
  });
  document.addEventListener("keydown", (event) => {
    const at = document.activeElement;
    // While an article is being opened, the focus may be nowhere.
    if (event.key !== "Escape" || !(source.contains(at) || at === document.body)) return;
    if (opener?.matches(".step")) opener = null;
    closeSource();
  });

  async function copy(button, text) {
    const label = button.textContent;
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      said = copyBySelection(text) ? "Copied" : "Cannot copy";
    }
    button.focus();
    button.textContent = said;
    say(said);
    setTimeout(() => {
      button.textContent = label;
    }, 1500);
  }

  // Where the page is not at https or on this machine, browsers keep their clipboard shut.
  function copyBySelection(text) {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    return isDone;
  }

  // -- the quotation of a number -------------------------------------------------------------
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  const quoted = document.createElement("q");
  const from = document.createElement("span");
  tip.append(quoted, from);
  document.querySelector(".gradio-container").append(tip);
  let pointed = null;
  let leaving = 0;

  function showTip(button) {
    clearTimeout(leaving);
    pointed?.removeAttribute("aria-describedby");
    pointed = button;
    quoted.textContent = button.dataset.quote;
    from.textContent = `${button.dataset.file}, paragraph ${button.dataset.paragraph}`;
    button.setAttribute("aria-describedby", "tip");
    tip.hidden = false;
    placeTip();
  }

  function placeTip() {
    const at = pointed.getBoundingClientRect();
    const box = tip.getBoundingClientRect();
    const above = at.top - box.height - 8;
    tip.style.top = `${above >= 8 ? above : at.bottom + 8}px`;
    tip.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.width - 8))}px`;
  }

  function hideTip() {
    clearTimeout(leaving);
    pointed?.removeAttribute("aria-describedby");
    pointed = null;
    tip.hidden = true;
  }

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const button = event.target.closest(".citation");
    if (button) showTip(button);
    else if (event.target.closest("#tip")) clearTimeout(leaving);
    else if (!tip.hidden) {
      clearTimeout(leaving);
      leaving = setTimeout(hideTip, 200);
    }
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches(".citation:focus-visible")) showTip(event.target);
    else hideTip();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideTip();
  });
  const follow = () => {
    if (pointed?.isConnected && pointed.checkVisibility()) placeTip();
    else hideTip();
  };
  document.addEventListener("scroll", follow, true);
  document.addEventListener("click", hideTip);

  window.dispatchEvent(new Event("footnote:ready"));

  // -- an address that asks or opens --------------------------------------------------------
  const wanted = new URLSearchParams(location.search);
  if (wanted.has("q") || wanted.has("file")) {
    // Taken at its word once: a reload does not ask again.
    history.replaceState(null, "", location.pathname + location.hash);
  }
  const question = wanted.get("q")?.trim().slice(0, 4000);
  if (question) window.dispatchEvent(new CustomEvent("footnote:ask", { detail: question }));
  if (wanted.get("file")) {
    window.dispatchEvent(
      new CustomEvent("footnote:open", { detail: Object.fromEntries(wanted) }),
    );
  }
}
