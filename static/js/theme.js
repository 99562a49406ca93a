// Before the first paint: the theme somebody chose on this machine, else the system's.
(() => {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      const theme = localStorage.getItem("theme"); // the console writes the same key, "auto" included
      return theme === "light" || theme === "dark" ? theme : null;
    } catch {
      return null;
    }
  };
  const paper = window.matchMedia("print"); // paper is white whatever the screen is
  const apply = () => {
    const chosen = stored();
    const dark = !paper.matches && (chosen ? chosen === "dark" : system.matches);
    document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
    for (const button of document.querySelectorAll("[data-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.theme === (chosen || "system")));
    }
  };
  apply();
  system.addEventListener("change", apply);
  paper.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme]");
    if (!button) return;
    try {
      if (button.dataset.theme === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", button.dataset.theme);
    } catch { /* private windows: the choice lasts for this page */ }
    apply();
  });
})();
