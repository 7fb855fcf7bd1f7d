// [data-copy]: a click copies the attribute's text and says so; [data-copy-url] copies it as a whole address,
// [data-copy-from] the text that is at that address.
const announcer = document.getElementById("announcer");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-url], [data-copy-from]");
  if (!button) return;
  const text = await textFor(button.dataset).catch(() => null);
  const done = text !== null && await write(text);
  button.dataset.local = done ? "copied" : "failed";
  announcer.textContent = done ? "Copied" : "The browser did not allow copying";
  setTimeout(() => { delete button.dataset.local; }, 1500);
});

async function textFor({ copy, copyUrl, copyFrom }) {
  if (!copyFrom) return copy ?? new URL(copyUrl, location.href).href;
  const answer = await fetch(copyFrom);
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.text();
}

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
