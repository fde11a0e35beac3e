import { accepts, type Constraint, type DateForm, type Operation } from './catalogue';
import { badInput } from './errors';
import { periodNumber } from './input';

type Values = Readonly<Record<string, unknown>>;
type RuleOf<Name extends Constraint['rule']> = Extract<Constraint, { rule: Name }>;

/**
 * Checks the rules that tie an operation's parameters together.
 * @param values the parameters in their wire form, by name; what was not given is absent.
 * @throws CloudError GIZ_BAD_INPUT naming the parameters of the rule that does not hold.
 */
export function checkConstraints(operation: Operation, values: Values): void {
  for (const constraint of operation.constraints ?? []) {
    switch (constraint.rule) {
      case 'exactlyOne':
        checkExactlyOne(constraint, values);
        break;
      case 'together':
        checkTogether(constraint, values);
        break;
      case 'window':
        checkWindow(constraint, operation, values);
        break;
      case 'periods':
        checkPeriods(constraint, values);
        break;
    }
  }
}

function checkExactlyOne({ of }: RuleOf<'exactlyOne'>, values: Values): void {
  let count = 0;
  for (const name of of) if (values[name] !== undefined) count++;
  if (count === 1) return;
  const given = of.filter((name) => values[name] !== undefined);
  throw badInput('exclusive', { field: of.join(', '), given: given.join(', ') || '-' });
}

function checkTogether({ of }: RuleOf<'together'>, values: Values): void {
  const missing = of.filter((name) => values[name] === undefined);
  if (missing.length === 0 || missing.length === of.length) return;
  const given = of.filter((name) => values[name] !== undefined);
  throw badInput('together', { field: given.join(', '), accepted: missing.join(', ') });
}

function checkWindow(rule: RuleOf<'window'>, operation: Operation, values: Values): void {
  const start = values[rule.start];
  const end = values[rule.end];
  if (typeof start !== 'number' || typeof end !== 'number') return;
  const field = `${rule.start}, ${rule.end}`;
  if (start > end) throw notOrdered(rule, field, start, end);
  const { limit = Infinity } = rule;
  if (rule.inclusive ? end - start <= limit : end - start < limit) return;
  const unit = operation.parameters.find(({ name }) => name === rule.start)?.unit ?? '';
  throw badInput('window', {
    field,
    given: `${end - start} ${unit}`,
    accepted: accepts(rule.inclusive ? 'most' : 'less', { limit, unit }),
  });
}

function checkPeriods(rule: RuleOf<'periods'>, values: Values): void {
  const start = values[rule.start];
  const end = values[rule.end];
  if (typeof start !== 'string' || typeof end !== 'string') return;
  const form = ((rule.cycle && values[rule.cycle]) || 'date') as DateForm;
  const periods = (periodNumber(end, form) ?? 0) - (periodNumber(start, form) ?? 0) + 1;
  const field = `${rule.start}, ${rule.end}`;
  if (periods < 1) throw notOrdered(rule, field, start, end);
  const limit = rule.most?.[form] ?? Infinity;
  if (periods <= limit) return;
  throw badInput('window', {
    field,
    given: `${periods} × ${form}`,
    accepted: accepts('most', { limit, unit: `× ${form}` }),
  });
}

function notOrdered(rule: RuleOf<'window' | 'periods'>, field: string, start: unknown, end: unknown) {
  return badInput('order', {
    field,
    given: `${start}, ${end}`,
    accepted: accepts('ordered', { start: rule.start, end: rule.end }),
  });
}
