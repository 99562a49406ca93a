// Small manners of every page. Everything here only adds to what works without it.
(() => {
  // A menu closes when one clicks elsewhere or presses Escape.
  const openMenus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of openMenus()) { menu.open = false; menu.querySelector("summary").focus(); }
    }
    if (event.target.closest("input, textarea, select, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); }
    }
    if (event.key === "j" || event.key === "k") {
      const step = document.querySelector(event.key === "j" ? "[data-step=next]" : "[data-step=previous]");
      if (step) { step.click(); return; }
      const rows = [...document.querySelectorAll("[data-rows] a[data-row], .table tbody tr > :first-child a")];
      if (!rows.length) return;
      const here = rows.indexOf(document.activeElement);
      const next = event.key === "j" ? Math.min(here + 1, rows.length - 1) : Math.max(here - 1, 0);
      rows[next].focus();
    }
  });

  // A select with data-submits sends its form as soon as it changes; without script there is a button.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
})();
