import { burstGroup as burst } from './burst';
import { call } from './call';
import { control } from './control';
import type { Group } from './group';
import { growth } from './growth';
import { history } from './history';
import { push } from './push';
import { start } from './start';
import { webhook } from './webhook';

/** In the order in which they are measured and printed. */
export const groups: readonly Group[] = [call, control, history, push, webhook, burst, start, growth];
