import { subscriptionRow } from '../src/gizwits/push/events';
import { prepareDialog } from './editor/dialog';
import { type EventChecklist, eventChecklist } from './editor/event-checklist';
import { CATEGORY, COLOR, labelStyle } from './editor/family';
import { nameLines, savedNames } from './editor/name-list';
import { pickLines } from './editor/pick-lines';
import { leaveUntouched } from './editor/saved-values';
import { secondOutput } from './editor/second-output';
import { commonText, setText } from './editor/text';
import { minutes, plain, when, wholeNumber } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface EventsProperties {
  name: string;
  configVersion: number;
  product: string;
  events: string[];
  devices: string[];
  ack: string;
  ackMinutes: number | string;
  onAckTimeout: string;
  deadLetter: boolean;
  output: string;
  batchMax: number | string;
  batchMs: number | string;
  outputs: number;
}

const text = (key: string, params?: Record<string, string | number>): string => setText('gizwits-events', key, params);
const EVENTS = 17;

/** The lists of the dialog that is open; the editor shows one dialog of a flow node at a time. */
let events: EventChecklist | undefined;
let devices: { read(): unknown } | undefined;

RED.nodes.registerType<EventsProperties>('gizwits-events', {
  category: CATEGORY,
  color: COLOR,
  icon: 'gizwits-events.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-events') },
    product: { value: '', type: 'gizwits-product', required: true, label: commonText('label.product') },
    events: {
      value: [],
      label: text('label.events'),
      validate: (saved, property) => {
        const wrong = savedNames(saved).find((name) => !subscriptionRow(name));
        if (wrong === undefined) return true;
        const trouble = commonText('option.unknown', { value: wrong });
        return commonText('invalid.of', { label: property?.label ?? '', trouble });
      },
    },
    devices: { value: [] },
    ack: { value: 'auto' },
    ackMinutes: {
      value: 10,
      label: text('label.ackMinutes'),
      validate: plain({ check: minutes(1440), applies: when('ack', 'manual') }),
    },
    onAckTimeout: { value: 'ack' },
    deadLetter: { value: false },
    output: { value: 'each' },
    batchMax: {
      value: 500,
      label: text('label.batchMax'),
      validate: plain({ check: wholeNumber(1, 100_000), applies: when('output', 'batch') }),
    },
    batchMs: {
      value: 100,
      label: text('label.batchMs'),
      validate: plain({ check: wholeNumber(1, 60_000), applies: when('output', 'batch') }),
    },
    outputs: { value: 1 },
  },
  inputs: 0,
  outputs: 1,
  paletteLabel: () => text('palette'),
  label() {
    if (this.name) return this.name;
    const names = savedNames(this.events);
    const row = names.length === 1 ? subscriptionRow(names[0]) : undefined;
    if (row) return text(`event.${row.event}`);
    return names.length === 0 ? text('palette') : text('title.some', { count: names.length });
  },
  labelStyle() {
    return labelStyle(this);
  },
  outputLabels(index) {
    if (index === 1) return text('port.deadLetter');
    return text(this.output === 'batch' ? 'port.batch' : 'port.each');
  },
  oneditprepare() {
    events = undefined;
    devices = undefined;
    prepareDialog(this, () => {
      bindVisibility(this);
      secondOutput(this, 'deadLetter');
      const search = $('#gizwits-events-search').attr('placeholder', text('placeholder.search'));
      events = eventChecklist($('#gizwits-events-list'), search, $('#gizwits-events-summary'), this.events, {
        nameOf: (event) => text(`event.${event}`),
        summaryOf: (count) =>
          count === 0 || count === EVENTS ? text('hint.eventsAll') : text('hint.eventsSome', { count }),
      });
      devices = nameLines($('#gizwits-events-devices'), this.devices);
      pickLines(this, $('#gizwits-events-devices'));
    });
  },
  oneditsave() {
    leaveUntouched(this);
    if (events) this.events = events.read() as string[];
    if (devices) this.devices = devices.read() as string[];
    events = undefined;
    devices = undefined;
  },
});
