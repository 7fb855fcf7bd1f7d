// The theme switch: auto, light or dark; remembered, and the same in all tabs.
const KEY = "zkdash.theme";
const root = document.documentElement;
const choices = document.querySelectorAll("#theme input");

function apply(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  for (const choice of choices) choice.checked = choice.value === (root.dataset.theme ?? "auto");
}

apply(root.dataset.theme);
for (const choice of choices) {
  choice.addEventListener("change", () => {
    apply(choice.value);
    try { localStorage.setItem(KEY, choice.value); } catch { /* for this page only, then */ }
  });
}
addEventListener("storage", (event) => { if (event.key === KEY) apply(event.newValue); });
