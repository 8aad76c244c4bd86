// What a person sees when the program fails. It uses nothing but the document: the program, or the Yew in it, may
// never react again.
const ID = "failure";
// As `services/session.rs` writes it: a line about the document, then its text.
const KEPT = "mqttscope.dissect.now";
// As it is now: what failed may be the document's own.
const make = document.createElement.bind(document);
let isAtRisk = false;

// Whether what a person has would be lost with the page.
export const risk = (is) => { isAtRisk = is; };

const kept = () => {
  try {
    const stored = sessionStorage.getItem(KEPT) ?? "";
    return stored.slice(stored.indexOf("\n") + 1);
  } catch {
    return "";
  }
};

const bytes = () => kept() || document.getElementById("given-text")?.value || "";

const reloads = () => {
  if (location.hash.startsWith("#/live")) return "Reload (connections are kept, the log is not)";
  if (isAtRisk) return "Reload (these bytes are too large to be kept)";
  return kept() ? "Reload (your bytes are kept)" : "Reload";
};

const button = (text, then) => {
  const button = make("button");
  button.textContent = text;
  button.addEventListener("click", () => then(button));
  return button;
};

const copy = async (button) => {
  const text = bytes();
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // Not allowed: shown, so that it can be copied by hand.
    const field = make("textarea");
    field.readOnly = true;
    field.value = text;
    field.setAttribute("aria-label", "The bytes");
    button.replaceWith(field);
    field.select();
  }
};

const show = (why) => {
  // The first failure explains those that follow from it.
  if (document.getElementById(ID)) return;
  // A dialog: where another one is open, nothing else could be pressed.
  const bar = make("dialog");
  bar.id = ID;
  bar.setAttribute("role", "alertdialog");
  bar.setAttribute("aria-label", "The page has failed");
  const says = make("p");
  says.textContent = "Something went wrong, and this page may no longer react: ";
  const code = make("code");
  code.textContent = why.length > 200 ? `${why.slice(0, 200)}…` : why;
  says.append(code);
  bar.append(says);
  if (bytes()) bar.append(button("Copy the bytes", copy));
  bar.append(button(reloads(), () => location.reload()), button("Close", () => bar.remove()));
  bar.addEventListener("close", () => bar.remove());
  document.body.append(bar);
  if (document.querySelector("dialog:modal")) bar.showModal();
  else bar.show();
};

addEventListener("error", ({ error }) => {
  // Without an error it is a notice, as of a size that is observed again in the next frame.
  if (error) show(String(error.message ?? error));
});
addEventListener("unhandledrejection", ({ reason }) => show(String(reason?.message ?? reason)));
addEventListener("beforeunload", (event) => {
  if (isAtRisk) event.preventDefault();
});
