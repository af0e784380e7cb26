import { type Static, Type } from 'typebox';

/** Most users that one createRoom may invite. */
export const invitesMax = 100;
/** Most events of `initial_state`. */
export const initialStateMax = 200;

const anyObject = Type.Record(Type.String(), Type.Unknown());

/** Body of POST createRoom. Unknown keys are ignored. */
export const newRoomBody = Type.Object({
  visibility: Type.Optional(Type.Union([Type.Literal('public'), Type.Literal('private')])),
  room_alias_name: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  topic: Type.Optional(Type.String()),
  invite: Type.Optional(Type.Array(Type.String(), { maxItems: invitesMax })),
  invite_3pid: Type.Optional(Type.Array(anyObject, { maxItems: invitesMax })),
  room_version: Type.Optional(Type.String()),
  creation_content: Type.Optional(anyObject),
  initial_state: Type.Optional(
    Type.Array(Type.Object({ type: Type.String(), state_key: Type.Optional(Type.String()), content: anyObject }), {
      maxItems: initialStateMax,
    }),
  ),
  /** One of Matrix, or a template of this server. */
  preset: Type.Optional(Type.String()),
  is_direct: Type.Optional(Type.Boolean()),
  power_level_content_override: Type.Optional(anyObject),
});

export type NewRoomBody = Static<typeof newRoomBody>;
