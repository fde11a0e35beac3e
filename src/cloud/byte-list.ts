/**
 * Bytes as a list of whole numbers 0..255: from such a list, or from a Buffer that went through JSON
 * (`{type: 'Buffer', data: [...]}`); undefined for anything else. Dialogs read JSON with it too.
 */
export function byteList(value: unknown): number[] | undefined {
  if (Array.isArray(value)) return value.every(isByte) ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, data } = value as { type?: unknown; data?: unknown };
  return type === 'Buffer' && Array.isArray(data) ? byteList(data) : undefined;
}

function isByte(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;
}
