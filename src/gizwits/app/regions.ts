import type { NestedText } from '../../texts';

/** Regions of the public Open API with their addresses (docs page on global deployment, captures). */
export const APP_REGIONS = {
  cn: 'https://api.gizwits.com',
  us: 'https://usapi.gizwits.com',
  eu: 'https://euapi.gizwits.com',
} as const;

/** Where an account's calls go. */
export type AppRegion = keyof typeof APP_REGIONS | 'custom' | 'simulator';

/** A region in words, with its host. */
export function regionText(region: AppRegion, baseUrl: string): NestedText {
  return { textKey: `app.regions.${region}`, textParams: { host: new URL(baseUrl).host } };
}
