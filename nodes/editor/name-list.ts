/** The names of a saved list of events or devices, in whatever form a script has saved it. */
export function savedNames(saved: unknown): string[] {
  if (Array.isArray(saved)) return saved.map(String);
  if (typeof saved !== 'string') return [];
  const text = saved.trim();
  if (text.startsWith('[')) {
    try {
      return savedNames(JSON.parse(text));
    } catch {
      return [text];
    }
  }
  return text.split(/[\s,，;；]+/).filter((name) => name !== '');
}

/** A text area with one name a line; commas and spaces part names too. Untouched, it gives the saved list itself. */
export function nameLines(area: JQuery, saved: unknown): { read(): unknown } {
  const opened = savedNames(saved).join('\n');
  area.val(opened);
  return { read: () => (String(area.val()) === opened ? saved : savedNames(String(area.val()))) };
}
