import { inspect } from 'node:util';

const colours: Readonly<Record<string, string>> = { trace: '90', debug: '36', info: '32', warn: '33', error: '31', fatal: '35' };

/** One line of the JSON log as a person likes to read it on a terminal: time, level, message, fields; stacks below. */
export function prettyLine(json: string, colour: boolean): string {
  let line: Record<string, unknown>;
  try {
    line = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return json;
  }
  const { level, time, message, ...fields } = line;
  const name = String(level);
  const paint = (code: string, text: string): string => (colour ? `\u001B[${code}m${text}\u001B[0m` : text);
  let stacks = '';
  let rest = '';
  for (const [key, value] of Object.entries(fields)) {
    if (isErrorField(value)) {
      stacks += `\n${indent(printable(value.stack === '' ? value.message : value.stack))}`;
      if (isErrorField(value.cause)) stacks += `\n${indent(`caused by: ${printable(value.cause.stack)}`)}`;
    } else {
      rest += ` ${paint('90', `${printable(key)}=`)}${typeof value === 'string' ? printable(value) : inspect(value, { breakLength: Infinity })}`;
    }
  }
  return `${paint('90', String(time).slice(11, 19))} ${paint(colours[name] ?? '0', name.toUpperCase().padEnd(5))} ${printable(typeof message === 'string' ? message : '')}${rest}${stacks}\n`;
}

type ErrorField = { readonly message: string; readonly stack: string; readonly cause?: unknown };
function isErrorField(value: unknown): value is ErrorField {
  return typeof value === 'object' && value !== null && 'stack' in value && typeof value.stack === 'string' && 'message' in value;
}

/** Control characters could move the cursor or recolour the terminal of whoever reads the log. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((part) => `    ${part}`)
    .join('\n');
}
