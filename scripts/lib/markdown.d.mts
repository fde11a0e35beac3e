export function table(columns: readonly string[], rows: readonly (readonly unknown[])[]): string[];
export function replaceBlock(text: string, name: string, lines: readonly string[]): string;
