// The tabs: one panel shows at a time. The address may name one (#articles), and Left and
// Right go from tab to tab.
const tabs = [...element.querySelectorAll("[role=tab]")];
const panels = () => [...document.querySelectorAll("#work > [id^=panel-]")];
const name = (tab) => tab.id.slice("tab-".length);

function show(tab, focus) {
  for (const one of tabs) {
    const isShown = one === tab;
    one.setAttribute("aria-selected", String(isShown));
    one.tabIndex = isShown ? 0 : -1;
  }
  document.body.dataset.panel = name(tab);
  for (const panel of panels()) {
    panel.toggleAttribute("data-shown", panel.id === tab.getAttribute("aria-controls"));
  }
  if (focus) tab.focus();
  window.dispatchEvent(new CustomEvent("footnote:panel", { detail: name(tab) }));
}

// As `show`, and a reload shows it again.
function choose(tab, focus) {
  show(tab, focus);
  history.replaceState(null, "", tab === tabs[0] ? location.pathname : `#${name(tab)}`);
}

function fromAddress() {
  const tab = tabs.find((one) => `#${name(one)}` === location.hash);
  if (tab) show(tab, false);
}

element.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (!tab) return;
  choose(tab, false);
});
element.addEventListener("keydown", (event) => {
  const place = tabs.indexOf(event.target);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (place < 0 || !step) return;
  event.preventDefault();
  choose(tabs[(place + step + tabs.length) % tabs.length], true);
});
window.addEventListener("footnote:show-panel", (event) => {
  const tab = tabs.find((one) => name(one) === event.detail);
  if (tab) choose(tab, false);
});
window.addEventListener("hashchange", fromAddress);
window.addEventListener("footnote:ready", () => {
  if (!tabs.length) return;
  for (const panel of panels()) {
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", panel.id.replace("panel-", "tab-"));
  }
  show(tabs[0], false);
  fromAddress();
});
