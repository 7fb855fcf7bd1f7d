// The headline's summary is the tab's title and icon too; while zkdash doesn't answer the title says so.
const icon = document.getElementById("favicon");
let title = document.title;
let written = title;
let { summary } = document.getElementById("headline").dataset;

function write() {
  written = document.documentElement.dataset.live === "gone" ? `no answer · ${title}` : title;
  document.title = written;
}

document.addEventListener("htmx:after:swap", () => {
  const headline = document.getElementById("headline").dataset;
  if (document.title !== written) title = document.title; // htmx brought another page's
  title = title.replace(summary, headline.summary);
  summary = headline.summary;
  if (icon.getAttribute("href") !== headline.favicon) icon.href = headline.favicon;
  write();
});
document.addEventListener("zkdash:live", write);
