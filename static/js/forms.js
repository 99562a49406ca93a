// Forms: nothing typed is lost, nothing is sent twice by accident.
(() => {
  // Of two values side by side the one pressed goes into its field.
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-fill]");
    if (!choice) return;
    const fields = choice.form.elements.namedItem(choice.dataset.fill);
    for (const field of fields instanceof RadioNodeList ? fields : [fields]) {
      if (field.type === "checkbox") field.checked = choice.dataset.value !== "";
      else if (field.type === "radio") field.checked = field.value === choice.dataset.value;
      else field.value = choice.dataset.value;
    }
    for (const one of choice.closest("tr").querySelectorAll("[data-fill]")) one.setAttribute("aria-pressed", String(one === choice));
  });
})();
