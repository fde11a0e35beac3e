/** Number of leading elements whose time is at or before `ms`, in a list sorted by time. */
export function countUntil(list: readonly { at: number }[], ms: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as { at: number }).at <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts an element in its place by time, behind those of the same time. */
export function insert<T extends { at: number }>(list: T[], element: T): void {
  list.splice(countUntil(list, element.at), 0, element);
}
