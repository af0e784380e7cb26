/** DER, the encoding of certificates (X.690): a tag, a length, the content. */
export function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

export function sequence(...contents: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...contents);
}

export function integer(bytes: Uint8Array): Buffer {
  return tagged(0x02, bytes);
}

export function oid(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

export function utf8Text(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text));
}

export function bitString(bytes: Uint8Array): Buffer {
  return tagged(0x03, Buffer.from([0]), bytes);
}

export function octetString(bytes: Uint8Array): Buffer {
  return tagged(0x04, bytes);
}

/** To the second. Years before 2050 are written with two digits (RFC 5280, section 4.1.2.5). */
export function time(ms: number): Buffer {
  const date = new Date(ms);
  const text = `${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
  return date.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(text.slice(2))) : tagged(0x18, Buffer.from(text));
}

/** The elements inside an element, each with its tag and length. Only for what Node has already found to be well-formed. */
export function elementsIn(element: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  const { start, end } = contentOf(element, 0);
  for (let at = start; at < end;) {
    const next = contentOf(element, at).end;
    elements.push(element.subarray(at, next));
    at = next;
  }
  return elements;
}

function contentOf(bytes: Buffer, at: number): { readonly start: number; readonly end: number } {
  const first = bytes.readUInt8(at + 1);
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const start = at + 2 + (first & 0x7f);
  return { start, end: start + bytes.readUIntBE(at + 2, first & 0x7f) };
}
