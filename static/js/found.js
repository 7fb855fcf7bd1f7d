// The hit that a search in the data is at is brought into view.
const show = () => document.querySelector("#value .found--current")?.scrollIntoView({ block: "center" });

document.addEventListener("htmx:after:swap", show);
show();
