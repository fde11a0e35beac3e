import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { AppAccount, AppCallOptions } from '../src/gizwits/app/account';
import type { AppOperation } from '../src/gizwits/app/operation';
import { linkApp } from './shared/app';
import { callOptions } from './shared/call-options';
import { handleInputs, type Input } from './shared/input';
import { outputMode, RecordSender } from './shared/record-sender';
import { registerNode } from './shared/register';
import { type TypedField, typedField } from './shared/typed-fields';
import { objectOf } from './shared/values';

/** One parameter of the form in the dialog. */
interface FormRow {
  name: string;
  value: unknown;
  valueType?: string;
}

interface AppApiDef extends NodeDef {
  app?: string;
  operation?: string;
  params?: unknown;
  paramsType?: string;
  /** Parameters one by one; used instead of `params` when there are any. */
  rows?: unknown;
  output?: string;
}

type Params = Record<string, unknown>;

export default function register(RED: NodeAPI): void {
  function GizwitsAppApi(this: Node, config: AppApiDef): void {
    RED.nodes.createNode(this, config);
    // Only who deploys such a node loads them.
    const { findAppOperation } =
      require('../src/gizwits/app/find-operation') as typeof import('../src/gizwits/app/find-operation');
    const { listAll } = require('../src/gizwits/app/listing') as typeof import('../src/gizwits/app/listing');
    const link = linkApp(RED, this, config.app);
    const params = typedField(config, 'params', { value: 'payload', type: 'msg' });
    const rows = formRows(config.rows);

    const status = handleInputs(RED, this, {
      describe: () => ({ operation: config.operation ?? '' }),
      close: link.leave,
      work: async (input) => {
        const operation = findAppOperation(config.operation);
        const given = rows.length > 0 ? await readRows(rows, input) : await readParams(operation, params, input);
        const account = await link.account();
        const options: AppCallOptions = Object.assign(callOptions(this, input), { since: input.arrivedAt });
        noteIds(input, given);
        if (operation.paging) await sendList(account, operation, given, options, input);
        else await sendBody(account, operation, given, options, input);
      },
    });

    const sendBody = async (
      account: AppAccount,
      operation: AppOperation,
      given: Params,
      options: AppCallOptions,
      input: Input,
    ): Promise<void> => {
      const { body } = input.metadata.add(await account.call(operation, given, options));
      const { msg } = input;
      Object.assign(msg, idsOf(given), idsOf(body), { payload: body, gizwits: input.metadata.object() });
      input.send(msg);
      input.status.succeeded();
    };

    const sendList = async (
      account: AppAccount,
      operation: AppOperation,
      given: Params,
      options: AppCallOptions,
      input: Input,
    ): Promise<void> => {
      const sender = new RecordSender(RED, input.msg, input.send, outputMode(config.output), idsOf);
      let truncated = false;
      let pages = 0;
      try {
        for await (const page of listAll(account, operation, given, options)) {
          input.metadata.add(page.meta);
          truncated = page.truncated === true;
          await sender.page(page.records, { gizwits: input.metadata.object({ page: ++pages }) });
          input.status.progress(sender.count);
        }
      } catch (error) {
        sender.abandon();
        throw error;
      }
      sender.end({ ...idsOf(given), gizwits: input.metadata.object(truncated ? { truncated } : undefined) });
      input.status.succeeded('found', { count: sender.count });
    };

    if (link.present) status.ready();
    else status.unusable();
  }

  registerNode(RED, 'gizwits-app-api', GizwitsAppApi);
}

/**
 * The parameters of a message. Of an operation that takes none, any message is only the start; so is the number that an
 * Inject node sends by itself, where nothing has to be given.
 */
async function readParams(operation: AppOperation, field: TypedField, input: Input): Promise<Params> {
  if (operation.parameters.length === 0) return {};
  const value = await input.read(field);
  const isStart = typeof value === 'number' && !operation.parameters.some(({ required }) => required);
  return isStart ? {} : objectOf(field, value);
}

/** Rows as saved, without those that nobody filled in: only the time of the moment has nothing to fill in. */
function formRows(saved: unknown): FormRow[] {
  if (!Array.isArray(saved)) return [];
  const isFilled = ({ value, valueType }: FormRow): boolean => valueType === 'date' || (value ?? '') !== '';
  return saved.filter(
    (row): row is FormRow => typeof row?.name === 'string' && row.name.trim() !== '' && isFilled(row),
  );
}

/** Evaluates the form. A row that comes to nothing is a parameter that is not given. */
async function readRows(rows: readonly FormRow[], input: Input): Promise<Params> {
  const params: Params = Object.create(null);
  for (const { name, value, valueType } of rows) {
    const type = valueType || (typeof value === 'string' ? 'str' : 'json');
    const read = await input.read({ name, value, type });
    if (read !== undefined && read !== '') params[name.trim()] = read;
  }
  return params;
}

function noteIds({ metadata }: Input, { did, product_key: productKey }: Params): void {
  if (typeof did === 'string') metadata.set('did', did);
  if (typeof productKey === 'string') metadata.set('productKey', productKey);
}

/** What the next node needs of parameters, a body or a record. */
function idsOf(holder: unknown): Params {
  if (typeof holder !== 'object' || holder === null) return {};
  const ids: Params = {};
  for (const name of ['did', 'mac', 'uid']) {
    const value = (holder as Params)[name];
    if (typeof value === 'string' && value !== '') ids[name] = value;
  }
  return ids;
}
