/** Imports end in `.js`, as Node wants them; in `src`, `test` and `sdk` the file that stands there is the `.ts`. */
module.exports = (path, options) => {
  const ours = !options.basedir.includes('/node_modules/');
  if (ours && /^\.{1,2}\/.*\.js$/.test(path)) {
    try {
      return options.defaultResolver(path.replace(/\.js$/, '.ts'), options);
    } catch {
      // There is no such .ts: it is a .js after all.
    }
  }
  return options.defaultResolver(path, options);
};
