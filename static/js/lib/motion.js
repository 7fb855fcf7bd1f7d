// Motion that tells what changed, and none for who wants none.
const still = matchMedia("(prefers-reduced-motion: reduce)");
const MOVE_MS = 250;
const FLIP_MS = 1500;

/** Rows that `move` puts elsewhere are seen to go there. */
export function moved(rows, move) {
  if (still.matches) return move();
  const tops = rows.map((row) => row.getBoundingClientRect().top);
  move();
  const ways = rows.map((row, index) => tops[index] - row.getBoundingClientRect().top);
  rows.forEach((row, index) => {
    if (ways[index]) row.animate([{ transform: `translateY(${ways[index]}px)` }, { transform: "none" }], { duration: MOVE_MS, easing: "ease-out" });
  });
}

/** A row whose state has flipped is marked for a moment. */
export function flipped(row) {
  if (!still.matches) row.animate([{ backgroundColor: "var(--sunken)" }, {}], { duration: FLIP_MS, easing: "ease-in" });
}
