import { Type } from 'typebox';

/** `auth` in the body of every operation with user-interactive authentication; each stage knows the rest of it. */
export const authSchema = Type.Optional(
  Type.Object({ type: Type.Optional(Type.String()), session: Type.Optional(Type.String({ maxLength: 255 })) }),
);
