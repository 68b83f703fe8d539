"use strict";
// Without this script, all steps are shown and conflicts are listed below them.
const folds = [...document.querySelectorAll(".fold button")];
const dialog = document.getElementById("keys");

function fold(button, isOpen) {
  button.setAttribute("aria-expanded", isOpen);
  for (const row of button.closest("tbody").rows) row.hidden = !isOpen && !row.contains(button);
}

function toggle(button) {
  fold(button, button.getAttribute("aria-expanded") !== "true");
  draw();
}

const isShown = (row) => row.offsetParent !== null;
const rowsOf = (table) => [...table.querySelectorAll("tbody tr[tabindex]")].filter(isShown);

function go(by) {
  const table = document.activeElement.closest(".steps") ?? document.querySelector(".steps");
  if (!table) return;
  const rows = rowsOf(table);
  const at = rows.indexOf(document.activeElement.closest("tr"));
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function goAcross() {
  const own = document.activeElement.closest(".steps");
  if (found) found.open = true;
  const other = [...document.querySelectorAll(".steps")].find((table) => table !== own);
  if (other) rowsOf(other)[0]?.focus();
}

const keys = {
  j: () => go(1), ArrowDown: () => go(1), k: () => go(-1), ArrowUp: () => go(-1),
  h: goAcross, l: goAcross, ArrowLeft: goAcross, ArrowRight: goAcross,
  f: () => {
    const isOpen = folds.some((button) => button.getAttribute("aria-expanded") !== "true");
    folds.forEach((button) => fold(button, isOpen));
    draw();
  },
  "?": () => (dialog.open ? dialog.close() : dialog.showModal()),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const row = document.activeElement.closest(".steps tbody tr");
  if (event.key === "Enter" || event.key === " ") {
    const button = row?.closest("tbody").querySelector(".fold button");
    if (!button || document.activeElement.matches("button, a, summary")) return;
    toggle(button);
    if (row.hidden) button.closest("tr").focus();
    event.preventDefault();
  } else if (keys[event.key] && (event.key === "?" || !dialog.open)) {
    keys[event.key]();
    event.preventDefault();
  }
});

// An arrow for each conflict, from the cell of one step to that of the other, or to the group that hides it.
function cellOf(id) {
  const row = document.getElementById(id);
  if (row?.matches("td")) return row;
  const shown = row?.hidden ? row.closest("tbody").querySelector(".fold") : row;
  return shown?.querySelector(".at");
}

function add(svg, line) {
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", line);
  path.setAttribute("marker-end", "url(#head)");
  svg.append(path);
}

function draw() {
  const svg = document.querySelector(".arrows");
  if (!svg) return;
  svg.querySelectorAll(":scope > path").forEach((path) => path.remove());
  let lane = 0;
  const ground = svg.parentElement.getBoundingClientRect();
  for (const conflict of document.querySelectorAll("[data-from]")) {
    const [from, to] = [conflict.dataset.from, conflict.dataset.to].map(cellOf);
    if (!from || !to || from === to) continue;
    const [a, b] = [from, to].map((cell) => cell.getBoundingClientRect());
    const isRight = b.left > a.left;
    const words = from.querySelector(".place") ?? from.querySelector(".name, button") ?? from;
    const x1 = (isRight ? words.getBoundingClientRect().right + 4 : a.left + 2) - ground.left;
    const x2 = b.left - ground.left;
    const [y1, y2] = [a, b].map((box) => box.top + Math.min(box.height / 2, 14) - ground.top);
    if (!isRight) {
      // To the top of the cell, where there is seldom a word in the way.
      const x = b.right - 40 - ground.left;
      add(svg, `M${x1},${y1} Q${x},${y1} ${x},${b.top - ground.top}`);
      continue;
    }
    // Across, down beside the other column, and into it.
    const turn = 8 + 6 * (lane++ % 4);
    add(svg, `M${x1},${y1} H${x2 - 8 - turn} q8,0 8,8 V${y2 - 8} q0,8 8,8 H${x2}`);
  }
}

folds.forEach((button) => {
  fold(button, false);
  button.addEventListener("click", () => toggle(button));
});
const found = document.querySelector(".schedules details");
if (found) {
  found.open = matchMedia("(min-width: 80rem)").matches;
  found.addEventListener("toggle", draw);
}
window.addEventListener("resize", draw);
draw();
