import type { Quantity, Report, Variant } from '../samples';

/** Cases that are measured together. */
export interface Group {
  /** As `--only` names it. */
  readonly name: string;
  readonly runs: readonly Run[];
  readonly goals: readonly Goal[];
}

/** What is measured in one process; started anew for each start of a group. */
export interface Run {
  readonly name: string;
  /** Flags of node for its process. */
  readonly flags?: readonly string[];
  /** Files and sockets that the process may have open. */
  readonly openFiles?: number;
  /** Seconds it takes on an idle machine, about; it is ended as hung after four times that. */
  readonly seconds: number;
  measure(report: Report, options: RunOptions): Promise<void>;
}

export interface RunOptions {
  /** Windows of each variant. */
  readonly rounds: number;
  /** Length of a window, milliseconds. */
  readonly windowMs: number;
  /** Only these variants, when a profile is wanted. */
  readonly variants?: readonly Variant[];
}

/** What a figure should be. With `to`, the figure is a ratio: that of `of` over that of `to`. */
export interface Goal {
  readonly case: string;
  readonly quantity: Quantity;
  readonly of: Variant;
  readonly to?: Variant;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** For each of the variants a run of its own, since the memory of one process shows that of all who work in it. */
export function memoryRuns<T extends { readonly variant: Variant }>(
  variants: readonly T[],
  seconds: number,
  measure: (report: Report, variant: T) => Promise<void>,
): Run[] {
  return variants.map((one) => ({
    name: `memory ${one.variant}`,
    seconds,
    flags: ['--expose-gc'],
    measure: async (report, options) => {
      if (wanted([one], options).length > 0) await measure(report, one);
    },
  }));
}

/** Those of the variants that are wanted; of a name with a colon, what stands before it is enough. */
export function wanted<T extends { readonly variant: Variant }>(variants: readonly T[], options: RunOptions): T[] {
  return variants.filter(
    ({ variant }) => options.variants?.some((name) => name === variant || variant.startsWith(`${name}:`)) ?? true,
  );
}
