import { commonText } from './text';

/** Something that can be chosen. */
export interface PickItem {
  /** What is chosen; unique in the list. */
  value: string;
  title: string;
  /** A second line, smaller. */
  detail?: string;
  /** A dot before the title: online or not. */
  online?: boolean;
  /** What lies below it in a tree. */
  children?: PickItem[];
}

export interface PickQuery {
  text: string;
  /** Whether the tick box of the source is ticked. */
  ticked: boolean;
  /** Whether the author asked for a newer list. */
  refresh: boolean;
}

/** Where the items come from. */
export interface PickSource {
  title: string;
  placeholder: string;
  /** Label of a tick box that narrows the list. */
  tick?: string;
  /** The items that match, and a remark below them. What it throws is shown in their place. */
  load(query: PickQuery): Promise<{ items: PickItem[]; note?: string }>;
}

interface TreeItem {
  pick: PickItem;
  element: JQuery;
  checkbox?: boolean;
  selected?: boolean;
  expanded: boolean;
  children?: TreeItem[];
}

/** While somebody types, the source is asked at the pauses only. */
const PAUSE_MS = 300;

/**
 * Opens a list to choose from, below a button. It never changes anything by itself: `pick` gets what was chosen, and is
 * not called when the list is left.
 * @param chosen what is ticked at the start, where several can be chosen; without it, a click chooses one
 */
export function openPicker(
  button: JQuery,
  source: PickSource,
  pick: (values: string[]) => void,
  chosen?: readonly string[],
): void {
  const content = $('<div class="gizwits-picker" role="dialog">').attr('aria-label', source.title);
  const bar = $('<div class="gizwits-picker-bar">').appendTo(content);
  const search = $('<input type="text">').attr({
    ...{ placeholder: source.placeholder, title: source.placeholder, 'aria-label': source.placeholder },
  });
  $('<div class="gizwits-picker-search">').append(search).appendTo(bar);
  const tick = source.tick ? $('<input type="checkbox">') : undefined;
  if (tick)
    $('<label class="gizwits-picker-tick">')
      .append(tick, $('<span>').text(source.tick as string))
      .appendTo(bar);
  const again = $(
    '<button type="button" class="red-ui-button red-ui-button-small"><i class="fa fa-refresh"></i></button>',
  )
    .attr({ title: commonText('pick.refresh'), 'aria-label': commonText('pick.refresh') })
    .appendTo(bar);
  const list = $('<div class="gizwits-picker-list">').attr('aria-label', source.title).appendTo(content);
  const foot = $('<div class="gizwits-picker-foot">').appendTo(content);
  const note = $('<span role="status">').appendTo(foot);

  const panel = RED.popover.panel(content);
  let open = true;
  const leave = (): void => {
    open = false;
    panel.hide();
    button.trigger('focus');
  };
  const done = (values: string[]): void => {
    leave();
    pick(values);
  };
  // Kept from the editor, which looks for its shortcuts around an element that is gone by then.
  content.on('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    leave();
  });

  const ticked = chosen && new Set(chosen);
  const accept = ticked && $('<button type="button" class="red-ui-button red-ui-button-small primary">').appendTo(foot);
  const count = (): void => {
    accept?.text(commonText('pick.accept', { count: ticked?.size ?? 0 }));
  };
  accept?.on('click', () => done([...(ticked as Set<string>)]));
  count();

  list.treeList({ data: [], autoSelect: false });
  list.on('treelistselect', (_event, item?: TreeItem) => {
    // Drawing the list tells of a selection too, of nothing.
    if (!item?.pick) return;
    if (!ticked) return done([item.pick.value]);
    if (item.selected) ticked.add(item.pick.value);
    else ticked.delete(item.pick.value);
    count();
  });
  // The tree itself folds a branch at Enter; here a branch is something to choose.
  list.on('keydown', (event) => {
    if (ticked || (event.key !== 'Enter' && event.key !== ' ')) return;
    const item = list.find('.red-ui-treeList-label.focus').parent().data('data') as TreeItem | undefined;
    if (item?.pick) done([item.pick.value]);
  });

  let asked = 0;
  const load = async (refresh: boolean): Promise<void> => {
    const turn = ++asked;
    note.text(commonText('pick.loading'));
    const query = { text: String(search.val()).trim(), ticked: tick?.prop('checked') === true, refresh };
    const page = await source.load(query).catch((error: unknown) => ({ items: [], note: messageOf(error) }));
    // A later question has been asked, or nobody looks any more.
    if (turn !== asked || !open) return;
    list.treeList(
      'data',
      page.items.map((item) => treeItem(item, ticked)),
    );
    note.text(page.note ?? (page.items.length === 0 ? commonText('pick.nothing') : ''));
  };
  search.searchBox({ style: 'compact', delay: PAUSE_MS, change: () => void load(false) });
  search.on('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    list.trigger('focus');
  });
  tick?.on('change', () => void load(false));
  again.on('click', () => void load(true));

  // Its left end below that of the button, or its right end where it would stand out of the dialog.
  const tray = button.closest('.red-ui-tray');
  const room = (tray.offset()?.left ?? 0) + (tray.outerWidth() ?? 0) - (button.offset()?.left ?? 0);
  const fits = (panel.container.outerWidth() ?? 0) <= room;
  panel.show({
    target: button,
    align: fits ? 'right' : 'left',
    offset: [fits ? 0 : (button.outerWidth() ?? 0), 2],
    onclose: () => {
      open = false;
    },
  });
  search.trigger('focus');
  void load(false);
}

/** What went wrong, for a reader. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function treeItem(pick: PickItem, ticked: ReadonlySet<string> | undefined): TreeItem {
  const element = $('<div class="gizwits-picker-item">');
  const title = $('<div class="gizwits-picker-title">').appendTo(element);
  if (pick.online !== undefined) {
    const state = commonText(pick.online ? 'pick.online' : 'pick.offline');
    $('<span class="gizwits-dot">')
      .toggleClass('gizwits-dot-on', pick.online)
      .attr({ title: state, 'aria-label': state, role: 'img' })
      .appendTo(title);
  }
  $('<span>').text(pick.title).appendTo(title);
  if (pick.detail) $('<div class="gizwits-picker-detail">').text(pick.detail).appendTo(element);
  return {
    pick,
    element,
    expanded: true,
    ...(ticked ? { checkbox: true, selected: ticked.has(pick.value) } : {}),
    ...(pick.children ? { children: pick.children.map((child) => treeItem(child, ticked)) } : {}),
  };
}
