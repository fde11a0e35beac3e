import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemClock } from '../src/cloud/clock';
import { badInput } from '../src/cloud/errors';
import { excerpt } from '../src/cloud/input';
import type { ReportPlan, reportPages } from '../src/gizwits/enterprise/reports';
import { callOptions } from './shared/call-options';
import { handleInputs, type Input } from './shared/input';
import { linkProduct } from './shared/product';
import { outputMode, RecordSender } from './shared/record-sender';
import { registerNode } from './shared/register';
import { typedField } from './shared/typed-fields';

interface ReportDef extends NodeDef {
  product?: string;
  report?: string;
  gid?: string;
  gidType?: string;
  cycle?: string;
  cycleType?: string;
  start?: string;
  startType?: string;
  end?: string;
  endType?: string;
  filters?: unknown;
  filtersType?: string;
  format?: string;
  output?: string;
}

const FORMATS = ['raw', 'rows'] as const;

export default function register(RED: NodeAPI): void {
  function GizwitsReport(this: Node, config: ReportDef): void {
    RED.nodes.createNode(this, config);
    // Only who deploys such a node loads them.
    const { reportFields } =
      require('../src/gizwits/enterprise/report-fields') as typeof import('../src/gizwits/enterprise/report-fields');
    const reports = require('../src/gizwits/enterprise/reports') as typeof import('../src/gizwits/enterprise/reports');
    const link = linkProduct(RED, this, config.product);
    const report = config.report ?? 'summary';
    const fields = reportFields(report);
    const format = FORMATS.find((known) => known === (config.format ?? 'raw'));
    const gid = typedField(config, 'gid', { value: '', type: 'str' });
    const cycle = typedField(config, 'cycle', { value: 'date', type: 'str' });
    const start = typedField(config, 'start', { value: '-7d', type: 'str' });
    const end = typedField(config, 'end', { value: '-1d', type: 'str' });
    const filters = typedField(config, 'filters', { value: '{}', type: 'json' });

    const status = handleInputs(RED, this, {
      describe: () => ({ operation: fields?.operation.id ?? `report.${report}`, productKey: link.productKey }),
      close: link.leave,
      work: async (input) => {
        if (!format) {
          throw badInput('value', { field: 'format', given: excerpt(config.format), accepted: FORMATS.join(' | ') });
        }
        // A field that the report does not take is not shown in the dialog; whatever it still holds is not evaluated.
        const given = {
          report,
          gid: fields?.gid ? await input.read(gid) : undefined,
          cycle: fields && fields.cycles.length > 0 ? await input.read(cycle) : undefined,
          start: fields?.range ? await input.read(start) : undefined,
          end: fields?.range ? await input.read(end) : undefined,
          filters: fields && fields.filters.length > 0 ? await input.read(filters) : undefined,
        };
        const client = await link.client();
        input.metadata.set('productKey', client.productKey);
        const plan = reports.planReport({ ...given, clock: systemClock, nowMs: client.serverNow() });
        const call = client.caller(callOptions(this, input));
        if (format === 'raw' && !plan.fields.paged) {
          const body = await reports.readReport(call, plan, input.signal, (meta) => input.metadata.add(meta));
          input.send(Object.assign(input.msg, { payload: body, gizwits: input.metadata.object() }));
          input.status.succeeded();
        } else await sendRecords(call, plan, format, input);
      },
    });
    if (link.present) status.ready();
    else status.unusable();

    const sendRecords = async (
      call: Parameters<typeof reportPages>[0],
      plan: ReportPlan,
      form: (typeof FORMATS)[number],
      input: Input,
    ): Promise<void> => {
      const sender = new RecordSender(RED, input.msg, input.send, outputMode(config.output));
      let truncated = false;
      let pages = 0;
      try {
        for await (const page of reports.reportPages(call, plan, form, input.signal)) {
          input.metadata.add(page.meta);
          truncated = page.truncated === true;
          await sender.page(page.records, { gizwits: input.metadata.object({ page: ++pages }) });
          input.status.progress(sender.count);
        }
      } catch (error) {
        sender.abandon();
        throw error;
      }
      sender.end({ gizwits: input.metadata.object(truncated ? { truncated } : undefined) });
      input.status.succeeded('found', { count: sender.count });
    };
  }

  registerNode(RED, 'gizwits-report', GizwitsReport);
}
