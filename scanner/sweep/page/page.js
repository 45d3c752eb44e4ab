// What makes some of the page quicker. Everything works without it.
"use strict";
const search = document.getElementById("search");
document.addEventListener("keydown", (e) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
  if (e.key === "/" && search && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) {
    e.preventDefault();
    search.focus();
    search.select();
  }
});
// Empty fields make a link longer and say nothing.
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
  });
  window.addEventListener("pageshow", () => { for (const field of form.elements) field.disabled = false; });
}
const triage = document.getElementById("triage");
if (triage) {
  const boxes = [...triage.querySelectorAll("input[name=id]")];
  const said = document.getElementById("selected");
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "Select all of this page");
  const tell = () => {
    const n = boxes.filter((b) => b.checked).length;
    said.textContent = n ? "(" + n + ")" : "";
    all.checked = n === boxes.length;
    all.indeterminate = n > 0 && n < boxes.length;
  };
  all.addEventListener("change", () => { for (const b of boxes) b.checked = all.checked; tell(); });
  let last = -1;
  boxes.forEach((box, i) => box.addEventListener("click", (e) => { // with shift: all between
    if (e.shiftKey && last >= 0) for (let k = Math.min(i, last); k <= Math.max(i, last); k++) boxes[k].checked = box.checked;
    last = i;
    tell();
  }));
  triage.querySelector("thead th").append(all);
  tell();
}
