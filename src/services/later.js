// Loads a module that draws into `host`, and the style sheets of what it draws. `import` is no function that
// could be called from outside of a script. Its promise holds why it failed, in words; nothing: it is there.
export const load = (host, name, sheets) => drawn(host, name, sheets).then(() => "", (why) => String(why?.message ?? why));

const drawn = async (host, name, sheets) => {
  const there = sheets.split(" ").map(sheet);
  const module = await import(new URL(name, document.baseURI));
  await Promise.all(there);
  await module.default();
  module.mount(host);
};

// Done whether or not it was found: a page without its looks is better than none.
const sheet = (href) => new Promise((done) => {
  if (document.querySelector(`link[href='${href}']`)) return done();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: done });
  document.head.append(link);
});
