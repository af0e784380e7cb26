import type { JsonObject } from '@hearth/protocol';

export type Preset = 'private_chat' | 'trusted_private_chat' | 'public_chat';

type PresetState = { readonly joinRule: string; readonly historyVisibility: string; readonly guestAccess: string };

/** Client-server API, POST createRoom: what each preset means for the room's state. */
export const presets: Readonly<Record<Preset, PresetState>> = {
  private_chat: { joinRule: 'invite', historyVisibility: 'shared', guestAccess: 'can_join' },
  trusted_private_chat: { joinRule: 'invite', historyVisibility: 'shared', guestAccess: 'can_join' },
  public_chat: { joinRule: 'public', historyVisibility: 'shared', guestAccess: 'forbidden' },
};

/** The state events of a preset, in the order in which they are sent. */
export function presetEvents(preset: Preset): readonly { readonly type: string; readonly content: JsonObject }[] {
  const { joinRule, historyVisibility, guestAccess } = presets[preset];
  return [
    { type: 'm.room.join_rules', content: { join_rule: joinRule } },
    { type: 'm.room.history_visibility', content: { history_visibility: historyVisibility } },
    { type: 'm.room.guest_access', content: { guest_access: guestAccess } },
  ];
}
