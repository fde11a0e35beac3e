/** Palette category of the nodes on the Expeed platform. */
export const EXPEED_CATEGORY = 'Expeed';

/** Their colour: a calm green of Node-RED's own palette, beside the teal of the Gizwits nodes. */
export const EXPEED_COLOR = '#87A980';
