import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { badInput, CloudError } from '../../src/cloud/errors';

/** A field of a node's dialog, saved as `x` and `xType`, evaluated for each message. */
export interface TypedField {
  /** Property name, as saved in the flow and as named in errors. */
  name: string;
  value: unknown;
  type: string;
}

/** What a field holds when the saved flow says nothing: a node that an older version or a script wrote. */
export interface FieldDefault {
  value: unknown;
  type: string;
}

/**
 * Reads the pair `name`/`nameType` of a saved node. A value without a type has the default's type, except that a value
 * which is no string cannot be a property path: numbers, booleans and objects stand for themselves.
 */
export function typedField(config: object, name: string, fallback: FieldDefault): TypedField {
  const saved = config as Record<string, unknown>;
  const type = saved[`${name}Type`];
  const value = saved[name];
  if (value === undefined || (value === '' && typeof type !== 'string')) return { name, ...fallback };
  if (typeof type === 'string' && type !== '') return { name, value, type };
  return { name, value, type: typeof value === 'string' ? fallback.type : 'json' };
}

/** Evaluates typed fields of one node against a message. JSONata expressions are compiled once. */
export class FieldReader {
  private readonly expressions = new Map<string, unknown>();

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
  ) {}

  /**
   * The field's value for this message, or a promise of it where evaluating takes time; undefined when a message or
   * context property is not there.
   * @throws CloudError GIZ_BAD_INPUT naming the field, when the value cannot be evaluated.
   */
  read(field: TypedField, msg: NodeMessage): unknown {
    try {
      switch (field.type) {
        case 'msg':
          return this.RED.util.getMessageProperty(msg, String(field.value));
        case 'str':
          return field.value;
        case 'num':
          return typeof field.value === 'string' && field.value.trim() === '' ? undefined : numberOf(field);
        case 'json':
          return typeof field.value === 'string' ? jsonOf(field) : field.value;
        case 'jsonata':
          return this.evaluateJsonata(field, msg).catch((error: unknown) => unreadable(field, error));
        default:
          return this.evaluateOther(field, msg).catch((error: unknown) => unreadable(field, error));
      }
    } catch (error) {
      return unreadable(field, error);
    }
  }

  private async evaluateJsonata(field: TypedField, msg: NodeMessage): Promise<unknown> {
    const source = String(field.value);
    let expression = this.expressions.get(source);
    if (expression === undefined) {
      expression = this.RED.util.prepareJSONataExpression(source, this.node);
      this.expressions.set(source, expression);
    }
    return new Promise((resolve, reject) => {
      this.RED.util.evaluateJSONataExpression(expression as never, msg, (error: Error | null, result: unknown) => {
        // JSONata marks its arrays with a `sequence` property; a copy is a plain array.
        if (error) reject(error);
        else resolve(Array.isArray(result) ? Array.from(result) : result);
      });
    });
  }

  private evaluateOther(field: TypedField, msg: NodeMessage): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.RED.util.evaluateNodeProperty(String(field.value), field.type, this.node, msg, (error, result) => {
        if (error) reject(error);
        else resolve(result);
      });
    });
  }
}

/** What becomes of a field that cannot be evaluated. @throws CloudError */
function unreadable(field: TypedField, error: unknown): undefined {
  if (error instanceof CloudError) throw error;
  // A missing parent of a message property is a missing value, not an error of the node.
  if (field.type === 'msg' && error instanceof TypeError) return undefined;
  const reason = error instanceof Error ? error.message : String(error);
  throw badInput('unreadable', { field: field.name, reason });
}

function numberOf(field: TypedField): number {
  const value = Number(field.value);
  if (Number.isNaN(value)) throw badInput('notANumber', { field: field.name, value: String(field.value) });
  return value;
}

function jsonOf(field: TypedField): unknown {
  const text = String(field.value).trim();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badInput('notJson', { field: field.name });
  }
}
