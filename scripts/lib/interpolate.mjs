/**
 * Puts `params` in the place of `__name__`, as the runtime does (src/texts/index.ts); a value that is itself a text to be
 * translated goes through `nested`.
 */
export function interpolate(template, params = {}, nested = String) {
  return template.replace(/__(\w+?)__/g, (whole, name) => {
    if (!Object.hasOwn(params, name)) return whole;
    const value = params[name];
    return typeof value === 'object' && value !== null ? nested(value) : String(value ?? '');
  });
}
