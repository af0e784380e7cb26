import type { Requester } from '../../http/route.ts';

/** Steps by which somebody can prove that a request is theirs to make. */
export type Stage = 'm.login.password' | 'm.login.dummy' | 'm.login.registration_token';
/** Stages that must all be passed. */
export type Flow = readonly Stage[];

/** A request that needs more than a token: what it would do, for whom. A proof counts for exactly this and once. */
export type ProtectedAction = {
  /** The operation's name. */
  readonly operation: string;
  /** Undefined where nobody is logged in: at registration. */
  readonly requester: Requester | undefined;
  /** The parsed body with its `auth`; everything else of it is part of what is proven. */
  readonly body: object;
  /** What the operation acts on, where that is in the path. */
  readonly target?: string;
  /** Any one of them suffices. The password of the requester unless said otherwise. */
  readonly flows?: readonly Flow[];
  readonly ip: string;
};

/** What the stages found out that the operation needs. */
export type Proof = { readonly registrationToken?: string | undefined };

/**
 * User-interactive authentication (https://spec.matrix.org/v1.19/client-server-api/#user-interactive-authentication-api).
 * `require` returns when it is complete; else it throws the 401 answer that tells the client what to do next.
 * Check all else that can be checked before: a completed proof is used up.
 */
export interface InteractiveAuth {
  require(action: ProtectedAction): Promise<Proof>;
}
