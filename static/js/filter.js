// form[data-filters]: what is typed hides at once what isn't about it; without JavaScript the server does the same.
const form = document.querySelector("form[data-filters]");

if (form) {
  const field = form.querySelector("[type=search]");
  const found = form.querySelector("[data-found]");
  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const table = document.getElementById(form.dataset.filters);
    let count = 0;
    for (const group of table.querySelectorAll("[data-group]")) {
      let any = false;
      for (const row of group.querySelectorAll("[data-find]")) {
        const text = row.dataset.find.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        any ||= !row.hidden;
        count += row.hidden ? 0 : 1;
      }
      group.hidden = !any;
    }
    const said = words.length ? (count ? `${count} found` : "nothing is about that") : "";
    if (found.textContent !== said) found.textContent = said;
  };
  field.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("htmx:after:swap", filter);
  filter();
}
