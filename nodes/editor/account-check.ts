import type { Finding, FindingState } from '../../src/cloud/findings';
import { type AskedNode, ask } from './ask';
import { dialogOf } from './fields';
import { nestedText } from './nested-text';
import { cloudText, commonText } from './text';

/** What to ask about a node: the body, and the config nodes that the answer depends on. */
export interface CheckQuestion {
  question: object;
  nodes: readonly AskedNode[];
}

const ICONS: Readonly<Record<FindingState, string>> = {
  ok: 'fa-check-circle',
  warning: 'fa-exclamation-triangle',
  failed: 'fa-times-circle',
  skipped: 'fa-minus-circle',
};

/**
 * Makes the button "Check" of a config dialog work. It tries what stands in the dialog, deployed or not, and changes
 * nothing; passwords that were typed in go into that one request.
 * @param path of the admin route, relative
 * @param describe asked at each click
 */
export function offerCheck(node: EditorNode<object>, path: string, describe: () => CheckQuestion): void {
  const row = dialogOf(node).find('.gizwits-account-check');
  const button = row.find('button');
  const list = row.find('.gizwits-findings');
  let turn = 0;
  const show = (asked: number, lines: JQuery[]): void => {
    if (asked === turn) list.empty().append(lines);
  };
  // What was found says nothing about what has been changed since.
  dialogOf(node).on('input change', () => show(++turn, []));
  button.on('click', () => {
    const { question, nodes } = describe();
    const asked = ++turn;
    button.prop('disabled', true);
    show(asked, [waitingLine()]);
    ask<{ lines: Finding[] }>(path, question, nodes)
      .then(
        ({ lines }) =>
          show(
            asked,
            lines.map((finding) => findingLine(finding, nodes)),
          ),
        ({ message }: Error) => show(asked, [line('failed', commonText('label.check'), message)]),
      )
      .finally(() => button.prop('disabled', false));
  });
}

function findingLine({ check, state, textKey, textParams }: Finding, nodes: readonly AskedNode[]): JQuery {
  const { field } = textParams;
  const params =
    check === 'settings' && field ? { ...textParams, field: labelledAs(String(field), nodes) } : textParams;
  return line(state, cloudText(`check.names.${check}`), nestedText({ textKey, textParams: params }));
}

/** A field by the label that it has in its dialog. */
function labelledAs(field: string, nodes: readonly AskedNode[]): string {
  for (const { _def } of nodes) {
    const property = (_def.credentials?.[field] ?? _def.defaults[field]) as { label?: string } | undefined;
    if (property?.label) return property.label;
  }
  return field;
}

/** One line: an icon, which says its state to a screen reader too, what was looked at, and what was found. */
function line(state: FindingState, name: string, text: string): JQuery {
  const said = cloudText(`check.states.${state}`);
  return $('<li>')
    .attr('data-state', state)
    .append(
      $('<i>').addClass(`fa ${ICONS[state]}`).attr({ role: 'img', 'aria-label': said, title: said }),
      $('<span class="gizwits-finding-name">').text(name),
      $('<span class="gizwits-finding-text">').text(text),
    );
}

function waitingLine(): JQuery {
  return $('<li>').append(
    $('<i class="fa fa-spinner fa-spin" aria-hidden="true">'),
    $('<span class="gizwits-finding-text">').text(commonText('check.working')),
  );
}
