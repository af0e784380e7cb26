/** A piece of HTML that is safe to send: made by the `html` tag, which escapes all that is put into it. */
export class Html {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type HtmlValue = string | number | Html | false | null | undefined | readonly HtmlValue[];

/**
 * HTML as a template: html`<p>${name}</p>`. Strings are escaped, for text and for quoted attribute values alike; pieces of
 * HTML and lists of them are taken as they are; false, null and undefined give nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0] ?? '';
  for (const [index, value] of values.entries()) text += render(value) + (parts[index + 1] ?? '');
  return new Html(text);
}

/** Text that is HTML already, from ourselves: a style sheet, a fixed picture. Never anything that a person typed. */
export function trustedHtml(text: string): Html {
  return new Html(text);
}

/** Escapes a string for text and for quoted attribute values. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`);
}

function render(value: HtmlValue): string {
  if (value === false || value === null || value === undefined) return '';
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return (value as readonly HtmlValue[]).map(render).join('');
  return escapeHtml(String(value));
}
