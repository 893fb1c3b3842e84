// What the pages do besides, where scripts run; without them everything works, only by hand.

const times = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const shortTimes = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const hours = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

// Times come in UTC and are shown in the viewer's zone; UTC stays where the pointer rests.
function showLocalTimes(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const at = new Date(element.dateTime);
    element.textContent = (element.dataset.form === "short" ? shortTimes : times).format(at);
  }
  for (const element of root.querySelectorAll("text[data-hour]")) element.textContent = hours.format(new Date(element.dataset.hour));
}

function offerCopying(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const said = button.textContent;
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = said; }, 2000);
    });
  }
}

function prepare(root) {
  showLocalTimes(root);
  offerCopying(root);
}

// --- Live parts: the page is asked for again, and the parts that changed are put in -------------------------------------

const sources = new Map();

// Forms carry a token that is another one in each answer: that alone is no change.
function withoutTokens(html) {
  return html.replace(/<input[^>]*__RequestVerificationToken[^>]*>/g, "");
}

function remember(root) {
  for (const part of root.querySelectorAll("[data-live]")) sources.set(part.id, withoutTokens(part.innerHTML));
}

// Somebody is in the middle of it: a form half filled in, a text marked.
function isInUse(part) {
  const marked = document.getSelection();
  return part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")
    || (marked && !marked.isCollapsed && part.contains(marked.anchorNode));
}

function focusedIn(part) {
  const focused = document.activeElement;
  return part.contains(focused) ? [...part.querySelectorAll("a, button, summary")].indexOf(focused) : -1;
}

function renew(part, html) {
  const open = [...part.querySelectorAll("details[open]")].map(element => element.id);
  const focused = focusedIn(part);
  part.innerHTML = html;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  prepare(part);
  if (focused >= 0) part.querySelectorAll("a, button, summary")[focused]?.focus({ preventScroll: true });
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (answer.redirected) {
    location.reload();
    return;
  }
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const html = page.getElementById(part.id)?.innerHTML;
    if (html !== undefined && withoutTokens(html) !== sources.get(part.id) && !isInUse(part)) {
      sources.set(part.id, withoutTokens(html));
      renew(part, html);
    }
  }
}

async function stayLive(period) {
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, period));
    if (document.hidden) continue;
    try {
      await refresh();
    } catch {
      // The next one may succeed.
    }
  }
}

remember(document);
prepare(document);
const seconds = Number(document.body.dataset.refresh);
if (seconds > 0 && document.querySelector("[data-live]")) stayLive(seconds * 1000);
