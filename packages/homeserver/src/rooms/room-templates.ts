import type { RoomTemplate } from '../config/index.ts';
import { MatrixError } from '../http/errors.ts';
import type { NewRoomBody } from './new-room-request.ts';
import { type Preset, presets } from './presets.ts';

/** A request for a room whose preset is one of Matrix, with all that a template of this server adds to it (a18). */
export function fromTemplate(
  templates: ReadonlyMap<string, RoomTemplate>,
  body: NewRoomBody,
): { readonly body: NewRoomBody; readonly preset: Preset } {
  const { preset: name } = body;
  if (name === undefined) return { body, preset: body.visibility === 'public' ? 'public_chat' : 'private_chat' };
  if (isPreset(name)) return { body, preset: name };
  const template = templates.get(name);
  if (!template) throw new MatrixError('M_BAD_JSON', `There is no preset ${JSON.stringify(name)} on this server.`);
  const asked = new Set((body.initial_state ?? []).map((event) => keyOf(event.type, event.state_key)));
  const state = template.state
    .filter(({ type, stateKey }) => !asked.has(keyOf(type, stateKey)))
    .map(({ type, stateKey, content }) => ({ type, state_key: stateKey, content }));
  const powerLevels = { ...template.powerLevels, ...body.power_level_content_override };
  return {
    body: {
      ...body,
      visibility: body.visibility ?? template.visibility,
      initial_state: [...state, ...(body.initial_state ?? [])],
      ...(Object.keys(powerLevels).length > 0 ? { power_level_content_override: powerLevels } : {}),
    },
    preset: template.basedOn,
  };
}

function isPreset(name: string): name is Preset {
  return Object.hasOwn(presets, name);
}

function keyOf(type: string, stateKey = ''): string {
  return JSON.stringify([type, stateKey]);
}
