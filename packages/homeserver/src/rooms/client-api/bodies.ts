import { Type } from 'typebox';

/** Body of everything that only may give a reason. */
export const reasonBody = Type.Object({ reason: Type.Optional(Type.String()) });

/** Body of what one member does to another user. */
export const targetBody = Type.Object({ user_id: Type.String(), reason: Type.Optional(Type.String()) });

export const empty = Object.freeze({});
