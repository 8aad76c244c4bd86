// The modules that are there, by their names.
const here = new Map();

// Loads a module and the style sheets of what it draws, and calls a function of it. `import` is no function that
// could be called from outside of a script. Its promise holds what the function gives, or why it failed, in words.
export const ask = (name, address, sheets, what, given) =>
  loaded(name, address, sheets).then((module) => module[what](...given)).catch((why) => String(why?.message ?? why));

// Loads a module. Its promise holds why it did not come, in words.
export const load = (name, address) =>
  loaded(name, address, "").then(() => undefined, (why) => String(why?.message ?? why));

// Calls a function of a module in a worker of its own, which has the policy of this page as it is started from a `blob:`.
// `then` gets what the function gives, or why it failed, in words; nothing of both where there can be no worker. Gives
// what ends it.
export const aside = (address, what, given, then) => {
  const program = JSON.stringify(new URL(address, document.baseURI).href);
  const text = `import init, { ${what} } from ${program};
await init();
onmessage = ({ data }) => {
  try { postMessage([${what}(data)]); } catch (why) { postMessage([null, String(why)]); }
};
postMessage(null);`;
  let blob, worker;
  const end = () => { worker?.terminate(); URL.revokeObjectURL(blob); };
  const tell = (found, why) => { end(); then(found ?? undefined, why); };
  try {
    blob = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    worker = new Worker(blob, { type: "module" });
  } catch {
    queueMicrotask(() => tell());
    return end;
  }
  // Its first word: now it hears.
  worker.onmessage = ({ data }) => data ? tell(...data) : worker.postMessage(given, [given.buffer]);
  worker.onmessageerror = () => tell();
  worker.onerror = (event) => { event.preventDefault(); tell(); };
  return end;
};

// Calls a function of a module if that is there.
export const call = (name, what, given) => here.get(name)?.[what](given);

const loaded = async (name, address, sheets) => {
  const there = sheets.split(" ").filter(Boolean).map(sheet);
  const module = await import(new URL(address, document.baseURI));
  await Promise.all(there);
  await module.default();
  here.set(name, module);
  return module;
};

// Done whether or not it was found: a page without its looks is better than none.
const sheet = (href) => new Promise((done) => {
  if (document.querySelector(`link[href='${href}']`)) return done();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: done });
  document.head.append(link);
});
