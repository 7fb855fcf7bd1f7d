// The headline's summary is the tab's title and icon too.
const icon = document.getElementById("favicon");
let { summary } = document.getElementById("headline").dataset;

document.addEventListener("htmx:after:swap", () => {
  const headline = document.getElementById("headline").dataset;
  if (headline.summary !== summary) {
    document.title = document.title.replace(summary, headline.summary);
    summary = headline.summary;
  }
  if (icon.getAttribute("href") !== headline.favicon) icon.href = headline.favicon;
});
