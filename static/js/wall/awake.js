// Keeps a wall screen from falling asleep, where the browser lets it; where not, it says so.
const said = document.getElementById("wall-awake");

async function keep() {
  if (document.hidden) return;
  if (!navigator.wakeLock) {
    said.textContent = "This browser can't keep the screen awake here: it takes https.";
    return;
  }
  try {
    await navigator.wakeLock.request("screen");
    said.textContent = "";
  } catch {
    said.textContent = "The screen may fall asleep.";
  }
}

document.addEventListener("visibilitychange", keep); // the browser lets go of it whenever the page is hidden
keep();
