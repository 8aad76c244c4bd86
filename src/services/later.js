// The module, once it is there.
let here;

// Loads a module and the style sheets of what it draws, and calls a function of it. `import` is no function that
// could be called from outside of a script. Its promise holds what the function gives, or why it failed, in words.
export const ask = (name, sheets, what, given) =>
  loaded(name, sheets).then((module) => module[what](...given)).catch((why) => String(why?.message ?? why));

// Calls a function of the module if it is there.
export const tell = (what, given) => { here?.[what](given); };

const loaded = async (name, sheets) => {
  const there = sheets.split(" ").map(sheet);
  const module = await import(new URL(name, document.baseURI));
  await Promise.all(there);
  await module.default();
  return here = module;
};

// Done whether or not it was found: a page without its looks is better than none.
const sheet = (href) => new Promise((done) => {
  if (document.querySelector(`link[href='${href}']`)) return done();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: done });
  document.head.append(link);
});
