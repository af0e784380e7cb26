import { inspect } from 'node:util';

/** A value that no log, no `config print` and no accidental string shows. `reveal()` is easy to search for. */
export class Secret {
  readonly #value: string;
  /** What may be shown instead, for example an address without its password. */
  readonly shown: string;
  constructor(value: string, shown = '(secret)') {
    this.#value = value;
    this.shown = shown;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return this.shown;
  }

  toJSON(): string {
    return this.shown;
  }

  [inspect.custom](): string {
    return this.shown;
  }
}

/** An address with its password taken out, such as `postgres://hearth:…@db/hearth`; what is not an address is hidden altogether. */
export function withoutPassword(address: string): string {
  if (!URL.canParse(address)) return '(secret)';
  const url = new URL(address);
  if (url.password !== '') url.password = '…';
  for (const key of url.searchParams.keys()) if (key.includes('password')) url.searchParams.set(key, '…');
  return url.href.replaceAll('%E2%80%A6', '…');
}
