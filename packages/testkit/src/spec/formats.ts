import addFormatsModule from 'ajv-formats';
import type { Ajv2020 } from 'ajv/dist/2020.js';

/**
 * Formats of identifiers (https://spec.matrix.org/v1.19/appendices/#identifier-grammar), as strict as a
 * server may be about ids that it only passes on: the sigil, the parts and the 255 bytes.
 */
export function addFormats(ajv: Ajv2020): void {
  // ajv-formats is CommonJS: the function is the module's own default.
  addFormatsModule.default(ajv, ['uri', 'email', 'int64', 'float']);
  for (const [name, check] of Object.entries(MATRIX_FORMATS)) ajv.addFormat(name, check);
}

const SERVER_NAME = /^(?:\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z.-]{1,255})(?::[0-9]{1,5})?$/;

const MATRIX_FORMATS: Record<string, (value: string) => boolean> = {
  'mx-user-id': (value) => value.startsWith('@') && hasServer(value),
  'mx-room-alias': (value) => value.startsWith('#') && hasServer(value),
  // Rooms of version 12 and events since version 3 have no server in their id.
  'mx-room-id': (value) => value.startsWith('!') && value.length > 1 && shortEnough(value),
  'mx-event-id': (value) => value.startsWith('$') && value.length > 1 && shortEnough(value),
  'mx-server-name': isServerName,
  'mx-mxc-uri': (value) => /^mxc:\/\/[^/]+\/[A-Za-z0-9_-]+$/.test(value),
  'mx-unpadded-base64': (value) => /^[A-Za-z0-9+/]*$/.test(value),
  'mx-urlsafe-unpadded-base64': (value) => /^[A-Za-z0-9_-]*$/.test(value),
};

function isServerName(value: string): boolean {
  return SERVER_NAME.test(value);
}

function hasServer(value: string): boolean {
  const colon = value.indexOf(':');
  return colon > 0 && shortEnough(value) && isServerName(value.slice(colon + 1));
}

function shortEnough(value: string): boolean {
  return Buffer.byteLength(value) <= 255;
}
