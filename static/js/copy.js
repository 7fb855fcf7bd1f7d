// [data-copy]: a click copies the attribute's text and says so; [data-copy-url] copies it as a whole address.
const announcer = document.getElementById("announcer");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-url]");
  if (!button) return;
  const done = await write(button.dataset.copy ?? new URL(button.dataset.copyUrl, location.href).href);
  button.dataset.local = done ? "copied" : "failed";
  announcer.textContent = done ? "Copied" : "The browser did not allow copying";
  setTimeout(() => { delete button.dataset.local; }, 1500);
});

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // not over plain HTTP from another machine: the old way still works there
    const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
