// The tab of the evaluation: choosing a set and running it.
let isLoaded = false;

function load() {
  if (isLoaded) return;
  isLoaded = true;
  trigger("load");
}

window.addEventListener("footnote:panel", (event) => {
  if (event.detail === "evaluation") {
    isLoaded = false;
    load();
  }
});
window.addEventListener("footnote:ready", () => {
  if (document.body.dataset.panel === "evaluation") load();
});
element.addEventListener("click", (event) => {
  if (!event.target.closest(".run")) return;
  const value = (name) => element.querySelector(`[name=${name}]`).value;
  trigger("submit", { set: value("set"), mode: value("mode") });
});
element.addEventListener("change", async (event) => {
  const file = event.target.matches("[type=file]") && event.target.files[0];
  if (!file) return;
  const text = file.size <= Number(event.target.dataset.most) ? await file.text() : "too large";
  trigger("upload", { text });
});
