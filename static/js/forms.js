// Forms: nothing typed is lost, nothing is sent twice by accident. Everything here only adds to what works without it.
(() => {
  const text = (id) => document.getElementById(id)?.content.textContent.trim() ?? "";
  const user = document.querySelector("[data-user]")?.dataset.user ?? "";

  // --- what is typed, and whether it is saved ---------------------------------------------------------------------------
  const NOT_TYPED = ["hidden", "password", "submit", "button", "reset", "image", "fieldset", "output"];
  const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !NOT_TYPED.includes(field.type));
  const isChanged = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.type === "file") return field.files.length > 0;
    if (field.type === "select-one") {
      return field.selectedIndex !== Math.max([...field.options].findIndex((option) => option.defaultSelected), 0);
    }
    if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
    return field.value !== field.defaultValue;
  };
  const isUnsaved = (form) => "unsaved" in form.dataset || fieldsOf(form).some(isChanged);
  const forms = (within = document) => [...within.querySelectorAll("form[method=post]")].filter((form) => !form.closest(".entrance"));

  // A field whose number is another by now, changed beside it, shows it, unless something else is typed there.
  document.addEventListener("htmx:afterSettle", () => {
    for (const now of document.querySelectorAll("data[data-becomes]")) {
      const field = document.getElementById(now.dataset.becomes);
      if (!field || field.value !== field.defaultValue) continue;
      field.setAttribute("value", now.value);
      field.value = now.value;
    }
  });

  // --- leaving an unsaved form asks -------------------------------------------------------------------------------------
  let sending = null; // the form with which the page is left
  let isCalling = false; // a telephone link leaves nothing
  addEventListener("beforeunload", (event) => {
    if (isCalling || !forms().some((form) => form !== sending && isUnsaved(form))) return;
    event.preventDefault();
    event.returnValue = "";
    setTimeout(awaken, 1000); // whoever stays may press again
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("a[href^='tel:'], a[href^='mailto:'], a[download]")) return;
    isCalling = true;
    setTimeout(() => { isCalling = false; }, 1000);
  });
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, target, verb, issueRequest } = event.detail;
    const sender = verb === "get" ? null : elt.form ?? elt.closest("form");
    const isLost = (form) => form !== sender && ("unsaved" in form.dataset || fieldsOf(form).some((field) => isChanged(field) && !field.closest("[hx-preserve], [data-kept]")));
    if (!target || !forms(target).some(isLost)) return;
    event.preventDefault();
    if (confirm(text("ask-leave"))) issueRequest(true);
  });

  // --- busy while it is sent, and sent once -----------------------------------------------------------------------------
  const buttonsOf = (form) => [...form.elements].filter((one) => one.type === "submit");
  const busy = (form, pressed, isLocked) => {
    for (const button of buttonsOf(form)) {
      if (button === (pressed ?? buttonsOf(form)[0])) button.setAttribute("aria-busy", "true");
      if (isLocked) button.disabled = true;
    }
  };
  const rested = (form) => {
    delete form.dataset.sent;
    for (const button of buttonsOf(form)) { button.disabled = false; button.removeAttribute("aria-busy"); }
  };
  const awaken = () => { sending = null; document.querySelectorAll("form[data-sent]").forEach(rested); };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    sending = form;
    keep(form, "sent");
    const pressed = event.submitter;
    setTimeout(() => busy(form, pressed, true)); // later, so that the button pressed is sent along
    setTimeout(() => rested(form), 30000); // an answer that is a file leaves the page where it is
  });
  addEventListener("pageshow", (event) => { if (event.persisted) awaken(); });
  const formOf = (event) => event.detail.elt.form ?? event.detail.elt.closest("form");
  const isSending = (event) => event.detail.requestConfig?.verb !== "get" && (event.detail.elt.matches("form") || event.detail.elt.type === "submit");
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = formOf(event);
    if (!form || !isSending(event)) return;
    const isQueued = form.matches("[hx-sync*=queue]"); // where quick presses all count
    busy(form, event.detail.requestConfig.triggeringEvent?.submitter ?? (event.detail.elt.matches("form") ? null : event.detail.elt), !isQueued);
    form.dataset.sent = "1";
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = formOf(event);
    if (!form || !isSending(event)) return;
    rested(form);
    if (!event.detail.successful) return;
    delete form.dataset.unsaved;
    for (const field of document.querySelectorAll("[hx-preserve]")) { // it stays on the page, and is saved now
      if (event.detail.requestConfig.formData.get(field.name) === field.value) field.defaultValue = field.value;
    }
  });
  // A field that stays through a swap was opened when it was: its form keeps what it was opened with, unless it was sent.
  const openedWith = new Map();
  document.addEventListener("htmx:beforeSwap", (event) => {
    openedWith.clear();
    const sender = event.detail.requestConfig?.elt;
    for (const field of document.querySelectorAll("form[id] [hx-preserve]")) {
      if (field.form?.elements.opened && field.form !== (sender?.form ?? sender)) openedWith.set(field.form.id, field.form.elements.opened.value);
    }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    for (const [id, value] of openedWith) { const form = document.getElementById(id); if (form?.elements.opened) form.elements.opened.value = value; }
    if (event.detail.xhr?.status === 409) document.querySelectorAll("[data-fill][aria-pressed='true']").forEach((one) => one.click());
  });
  document.addEventListener("htmx:afterSwap", (event) => { // refused: typed, shown again, and not saved
    if (![400, 409, 422].includes(event.detail.xhr?.status)) return;
    const path = event.detail.pathInfo?.requestPath;
    for (const form of forms()) if (path && new URL(form.action).pathname === path) form.dataset.unsaved = "1";
  });

  // What has come in by a swap is ready at once. `autofocus` would come later, and take the cursor from who types by then.
  document.addEventListener("htmx:afterSwap", (event) => event.target.querySelector?.("[data-focus]")?.focus());

  // --- kept over the end of a session, an expired page, a lost answer -----------------------------------------------------
  // In this tab only, under the person's number: nobody else is shown it, and signing out forgets it.
  const KEPT = "muster.typed";
  const read = () => { try { return JSON.parse(sessionStorage.getItem(KEPT)) ?? []; } catch { return []; } };
  const write = (drafts) => { try { sessionStorage.setItem(KEPT, JSON.stringify(drafts)); } catch { /* full or forbidden */ } };
  const nameOf = (form) => new URL(form.action).pathname + (form.id ? `#${form.id}` : "");
  const isKept = (field) => field.type !== "file" && (field.name === "opened" || !NOT_TYPED.includes(field.type));
  const keep = (form, state) => {
    if (new URL(form.action).pathname.endsWith("/logout/")) { write([]); return; }
    if (!user || form.closest(".entrance")) return;
    const fields = [...form.elements].filter((field) => field.name && isKept(field));
    if (!fields.some((field) => field.type !== "hidden")) return;
    const values = fields.filter((field) => !["checkbox", "radio"].includes(field.type) || field.checked).map((field) => [field.name, field.value]);
    const others = read().filter((draft) => draft.form !== nameOf(form));
    write([...others, { user, form: nameOf(form), page: location.pathname + location.search, values, state, at: Date.now() }]);
  };
  const fill = (form, draft) => {
    const left = [...draft.values];
    const taken = (name, value) => {
      const at = left.findIndex(([of, one]) => of === name && (value === undefined || one === value));
      return at < 0 ? null : left.splice(at, 1)[0][1];
    };
    for (const field of [...form.elements].filter((one) => one.name && isKept(one))) {
      if (field.type === "checkbox" || field.type === "radio") field.checked = taken(field.name, field.value) !== null;
      else { const value = taken(field.name); if (value !== null) field.value = value; }
    }
    form.dataset.unsaved = "1";
    for (const closed of [form.closest("details"), form.querySelector("details")]) if (closed) closed.open = true;
  };
  const say = (id, place, texts = []) => {
    const template = document.getElementById(id);
    if (!template || !place) return;
    place.querySelectorAll(":scope > .said").forEach((one) => one.remove());
    const notice = document.createElement("div");
    notice.className = "notice alert alert-warning said";
    notice.setAttribute("role", "alert");
    notice.append(template.content.cloneNode(true));
    for (const one of texts) { const line = document.createElement("p"); line.className = "mb-0 text-break"; line.textContent = one; notice.append(line); }
    const again = notice.querySelector("a[data-again]");
    if (again) again.href = again.dataset.again + encodeURIComponent(location.pathname + location.search);
    if (place.matches("form")) place.append(notice); else place.prepend(notice);
    notice.scrollIntoView({ block: "nearest" });
  };
  const putBack = (within) => {
    const here = location.pathname + location.search;
    const left = read().filter((draft) => {
      if (draft.state === "sent" || !user) return true;
      const form = forms(within).find((one) => nameOf(one) === draft.form && draft.page.split("?")[0] === location.pathname);
      if (form) { fill(form, draft); say(draft.state === "lost" ? "typed-lost" : "typed-kept", form); return false; }
      if (within !== document || draft.page !== here || draft.told) return true;
      const texts = draft.values.filter(([name, value]) => name !== "opened" && value).map(([, value]) => value);
      say("typed-apart", document.querySelector(".page"), texts);
      return true;
    });
    write(left);
  };
  const arrive = () => {
    const how = performance.getEntriesByType("navigation")[0];
    const isStopped = Boolean(document.querySelector("[data-stopped]")); // signed out, expired, failed: nothing was saved
    let drafts = read().filter((draft) => !user || draft.user === user);
    if (isStopped) drafts = drafts.map((draft) => ({ ...draft, state: draft.state === "sent" ? "kept" : draft.state }));
    else if (how && how.type !== "navigate") drafts = drafts.map((draft) => ({ ...draft, state: draft.state === "sent" && draft.page === location.pathname + location.search ? "lost" : draft.state }));
    else {
      for (const draft of drafts.filter((one) => one.state === "sent")) { // answered: refused forms are still unsaved
        if (![400, 409, 422].includes(how?.responseStatus)) continue;
        for (const form of forms()) if (nameOf(form) === draft.form) form.dataset.unsaved = "1";
      }
      drafts = drafts.filter((draft) => draft.state !== "sent");
    }
    write(drafts);
    if (!isStopped) putBack(document);
    const back = document.querySelector("[data-back]");
    const last = drafts.filter((draft) => draft.state === "kept").at(-1);
    if (back && last) { back.href = last.page; back.hidden = false; }
  };
  arrive();
  document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) putBack(event.detail.elt); });

  // --- what a partial request could not do is said where one looks, and covers nothing --------------------------------------
  const failed = (event, id) => {
    const form = formOf(event);
    if (form && !["typed-failed", "typed-offline"].includes(id)) keep(form, "kept");
    say(id, form?.method === "post" ? form : document.querySelector(".page"));
  };
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    const isExpired = xhr.status === 403 && xhr.getResponseHeader("X-Expired");
    failed(event, xhr.status === 401 ? "typed-signed-out" : isExpired ? "typed-expired" : xhr.status === 403 ? "typed-refused" : "typed-failed");
  });
  document.addEventListener("htmx:sendError", (event) => failed(event, "typed-offline"));

  // --- of two values side by side the one pressed goes into its field -------------------------------------------------------
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-fill]");
    if (!choice) return;
    const found = choice.form.elements.namedItem(choice.dataset.fill);
    for (const field of found instanceof RadioNodeList ? found : [found]) {
      if (field.type === "checkbox") field.checked = choice.dataset.value !== "";
      else if (field.type === "radio") field.checked = field.value === choice.dataset.value;
      else field.value = choice.dataset.value;
    }
    for (const one of choice.closest("tr").querySelectorAll("[data-fill]")) one.setAttribute("aria-pressed", String(one === choice));
  });

  // What the house knows of a number fills a field that is still empty.
  document.addEventListener("htmx:afterSwap", (event) => {
    const known = event.detail.target.querySelector?.("[data-fills]");
    const field = known?.closest("form")?.elements.namedItem(known.dataset.fills);
    if (field && !field.value) field.value = known.dataset.value;
  });

  // A phrase of one's own goes into the answer, behind what stands there.
  document.addEventListener("click", (event) => {
    const phrase = event.target.closest("[data-phrase]");
    if (!phrase) return;
    const field = document.getElementById(phrase.getAttribute("aria-controls"));
    field.value = (field.value ? field.value.trimEnd() + " " : "") + phrase.dataset.phrase;
    field.focus();
  });
})();
