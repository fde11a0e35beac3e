import { call } from './call';
import { control } from './control';
import type { Group } from './group';
import { history } from './history';
import { push } from './push';
import { webhook } from './webhook';

/** In the order in which they are measured and printed. */
export const groups: readonly Group[] = [call, control, history, push, webhook];
