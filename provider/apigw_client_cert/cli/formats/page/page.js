"use strict";
(() => {
  const table = document.querySelector("table");
  if (!table) return;
  const groups = [...table.tBodies];
  // Not by what will come: every rotation is issued one day.
  const said = (group) => [...group.querySelectorAll("tr:first-child, ul")].map((one) => one.textContent).join(" ");
  const words = new Map(groups.map((group) => [group, said(group).toLowerCase()]));
  const form = document.querySelector("form");
  const [filter, open, count] = ["input", "button", "output"].map((name) => form.querySelector(name));
  const shown = () => groups.filter((group) => !group.hidden);

  const apply = () => {
    const asked = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const group of groups) group.hidden = !asked.every((word) => words.get(group).includes(word));
    count.value = `${shown().length} of ${groups.length}`;
  };

  const value = (group, column) => {
    const cell = group.rows[0].cells[column];
    return cell.dataset.s === undefined ? cell.textContent : cell.dataset.s;
  };
  // What has no date comes last, whichever way it is sorted.
  const compare = (a, b, down) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    return a.localeCompare(b, "en", { numeric: true }) * (down ? -1 : 1);
  };
  const sort = (head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    groups.sort((a, b) => compare(value(a, head.cellIndex), value(b, head.cellIndex), down));
    table.append(...groups);
  };

  for (const head of table.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.append(button);
  }
  filter.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  open.addEventListener("click", () => {
    const closing = open.textContent === "Close all";
    for (const group of shown()) group.querySelector("details").open = !closing;
    open.textContent = closing ? "Open all" : "Close all";
  });
  apply();
  form.hidden = false;
})();
