// The present cluster's entry in the list of clusters is in view, also where the list is a strip.
const list = document.getElementById("side");
list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
