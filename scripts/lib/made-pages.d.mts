/** Every file that is made from the catalogues and kept in the repository, by path. */
export function madePages(): Promise<Record<string, string>>;
