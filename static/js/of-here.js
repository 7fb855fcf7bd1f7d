// a[data-of]: a link about the page as it is now, whose address may have changed since it was drawn; the attribute is base_path.
function renew(event) {
  const link = event.target.closest?.("a[data-of]");
  if (!link) return;
  const to = new URL(link.href);
  to.searchParams.set("of", (location.pathname + location.search).slice(link.dataset.of.length));
  link.href = to;
}

for (const kind of ["click", "auxclick", "contextmenu"]) document.addEventListener(kind, renew, { capture: true });
