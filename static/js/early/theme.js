// Runs before the first paint: the chosen theme, and the mark that JavaScript is there.
{
  const root = document.documentElement;
  root.dataset.js = "";
  try {
    const theme = localStorage.getItem("zkdash.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch { /* storage is forbidden: as the system has it */ }
}
